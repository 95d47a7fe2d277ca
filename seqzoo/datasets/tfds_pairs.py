"""Translations through tensorflow-datasets, which downloads them once: `ted_hrlr_translate/pt_to_en`, say."""

from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.packages import downloaded
from seqzoo.datasets.parallel import Pair
from seqzoo.errors import InputError

HOME = "storage.googleapis.com"


def corpus(name: str | None) -> Corpus:
    """A dataset of texts and translations.

    Args:
        name: a dataset of pairs in tensorflow-datasets, with its configuration.

    Raises:
        InputError: if it is none, or can't be downloaded.
    """
    if name is None:
        raise InputError(
            "--dataset tensorflow-datasets: expected --name, ted_hrlr_translate/pt_to_en, say"
        )
    builder = downloaded(name, HOME, "--dataset bible")
    import tensorflow_datasets as tfds

    features, keys = builder.info.features, builder.info.supervised_keys or ()
    if len(keys) != 2 or not all(
        isinstance(features[key], tfds.features.Text) for key in keys
    ):
        raise InputError(
            f"{name}: expected a dataset of texts and translations; it has {list(features)}"
        )
    streams = {
        part: lambda part=part: _pairs(builder, keys, part) for part in _parts(builder)
    }
    if "train" not in streams:
        raise InputError(
            f"{name}: expected a part train; it has {', '.join(builder.info.splits)}"
        )
    return Corpus(streams, f"{name} (tensorflow-datasets)")


def _parts(builder) -> list[str]:
    return [part for part in ("train", "validation", "test") if part in builder.info.splits]


def _pairs(builder, keys, part: str) -> Iterator[Pair]:
    import tensorflow_datasets as tfds

    for number, record in enumerate(tfds.as_numpy(builder.as_dataset(split=part)), 1):
        source, target = (record[key].decode("utf-8").strip() for key in keys)
        if source and target:
            yield Pair(source, target, f"{builder.name}/{part}:{number}")
