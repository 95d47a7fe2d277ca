"""English and other named entities through tensorflow-datasets, which downloads them once.

`conll2003` (Tjong Kim Sang & De Meulder 2003) comes in three parts; so does `wikiann` (Pan et al. 2017,
parts by Rahimi et al. 2019), in any of its languages. Tokens are words; tags are BIO.
"""

import socket
from collections.abc import Iterator

from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError

PARTS = {"train": "train", "validation": "validation", "test": "test"}
CONLL_PARTS = {"train": "train", "validation": "dev", "test": "test"}


def conll2003():
    """Part name -> stream of sequences, and a description."""
    return _parts("conll2003/conll2003", "ner", CONLL_PARTS, "data.deepai.org")


def wikiann(language: str):
    """The same for a language of Wikiann, `"en"`, say."""
    return _parts(f"wikiann/{language}", "tags", PARTS, "storage.googleapis.com")


def _parts(name: str, feature: str, parts: dict, home: str):
    # Imported here: it takes seconds and is needed by these corpora alone.
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name)
    except (ValueError, tfds.core.registered.DatasetNotFoundError) as error:
        raise InputError(f"{name}: not in tensorflow-datasets: {str(error).splitlines()[0]}") from error
    if not builder.data_path.exists():
        _download(builder, name, home)
    streams = {part: lambda split=split: _examples(builder, feature, split) for part, split in parts.items()}
    return streams, f"{name} (tensorflow-datasets)"


def _download(builder, name: str, home: str) -> None:
    # tensorflow-datasets retries for minutes where there is no network: ask first, and briefly.
    try:
        socket.create_connection((home, 443), timeout=10).close()
    except OSError as error:
        raise InputError(
            f"{name}: not in {builder.data_path} and its home cannot be reached ({error}); "
            "give a file by --data, or use --dataset peoples-daily"
        ) from error
    builder.download_and_prepare()


def _examples(builder, feature: str, split: str) -> Iterator[Tagged]:
    import tensorflow_datasets as tfds

    names = builder.info.features[feature].feature.names
    for number, record in enumerate(tfds.as_numpy(builder.as_dataset(split=split)), 1):
        tokens = tuple(token.decode("utf-8") for token in record["tokens"])
        tags = tuple(names[tag] for tag in record[feature])
        if tokens:
            yield Tagged(tokens, tags, f"{builder.name}/{split}:{number}")
