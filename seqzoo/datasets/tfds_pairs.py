"""Translations through tensorflow-datasets, which downloads them once: `ted_hrlr_translate/pt_to_en`, say."""

from collections.abc import Iterator

from seqzoo.datasets.packages import downloaded
from seqzoo.datasets.parallel import Pair
from seqzoo.errors import InputError

HOME = "storage.googleapis.com"


def streams(name: str | None) -> tuple[dict, str]:
    """Part name -> stream of pairs, and a description.

    Args:
        name: a dataset of pairs in tensorflow-datasets, with its configuration.

    Raises:
        InputError: if it is none, or can't be downloaded.
    """
    if name is None:
        raise InputError("--dataset tensorflow-datasets: expected --name, ted_hrlr_translate/pt_to_en, say")
    builder = downloaded(name, HOME, "--dataset bible")
    keys = builder.info.supervised_keys
    if not keys or set(keys) - set(builder.info.features):
        raise InputError(f"{name}: expected a dataset of texts and translations; it has {builder.info.features}")
    parts = [part for part in ("train", "validation", "test") if part in builder.info.splits]
    if "train" not in parts:
        raise InputError(f"{name}: expected a part train; it has {', '.join(builder.info.splits)}")
    return {part: lambda part=part: _pairs(builder, keys, part) for part in parts}, f"{name} (tensorflow-datasets)"


def _pairs(builder, keys, part: str) -> Iterator[Pair]:
    import tensorflow_datasets as tfds

    for number, record in enumerate(tfds.as_numpy(builder.as_dataset(split=part)), 1):
        source, target = (record[key].decode("utf-8").strip() for key in keys)
        if source and target:
            yield Pair(source, target, f"{builder.name}/{part}:{number}")
