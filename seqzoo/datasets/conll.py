"""English and other named entities through tensorflow-datasets, which downloads them once.

`conll2003` (Tjong Kim Sang & De Meulder 2003) comes in three parts; so does `wikiann` (Pan et al. 2017,
parts by Rahimi et al. 2019), in any of its languages. Tokens are words; tags are BIO.
"""

from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.packages import downloaded
from seqzoo.datasets.tagged import Tagged

PARTS = {"train": "train", "validation": "validation", "test": "test"}
CONLL_PARTS = {"train": "train", "validation": "dev", "test": "test"}


def conll2003() -> Corpus:
    """CoNLL-2003, English."""
    return _parts("conll2003/conll2003", "ner", CONLL_PARTS, "data.deepai.org")


def wikiann(language: str) -> Corpus:
    """A language of Wikiann, `"en"`, say."""
    return _parts(f"wikiann/{language}", "tags", PARTS, "storage.googleapis.com")


def _parts(name: str, feature: str, parts: dict, home: str) -> Corpus:
    builder = downloaded(name, home, "--dataset peoples-daily")
    streams = {
        part: lambda split=split: _examples(builder, feature, split)
        for part, split in parts.items()
    }
    return Corpus(streams, f"{name} (tensorflow-datasets)", unit="word")


def _examples(builder, feature: str, split: str) -> Iterator[Tagged]:
    import tensorflow_datasets as tfds

    names = builder.info.features[feature].feature.names
    for number, record in enumerate(tfds.as_numpy(builder.as_dataset(split=split)), 1):
        tokens = tuple(token.decode("utf-8") for token in record["tokens"])
        tags = tuple(names[tag] for tag in record[feature])
        if tokens:
            yield Tagged(tokens, tags, f"{builder.name}/{split}:{number}")
