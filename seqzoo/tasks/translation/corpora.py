"""The corpora of texts and their translations, and a user's own."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seqzoo import lazy
from seqzoo.datasets import (
    Corpus,
    Splits,
    bible,
    check_source,
    declared,
    opened,
    read_pairs,
    split,
    tfds_pairs,
)
from seqzoo.datasets.corpus import check_idle_shares
from seqzoo.datasets.held_out import hold_out
from seqzoo.datasets.own import check_no_reading, own_splits
from seqzoo.datasets.parallel import Pair, pairs_of, parallel
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import PARTS
from seqzoo.tasks.translation.swapped import swapped

CORPORA = declared(
    "translation",
    {
        "bible": bible.english_japanese,
        "kjv-web": bible.old_modern,
        "tensorflow-datasets": lambda config: tfds_pairs.corpus(config.name),
    },
)

# Asked for by the task of models that answer.
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places("seqzoo.tasks.translation.dialogue.corpora", DIALOGUES="CORPORA")
)

Files = dict[str, tuple[str, str]]  # part -> source and target


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe, the other way round where they say `swap`.

    Files of a part (`train_source` and `train_target`, ...) take the place of that part. Training pairs are
    left out if their source also stands in another part.

    Args:
        config: `Settings`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a file without its other half, or files that
            cannot be read.
    """
    splits = _load(config)
    return swapped(splits) if config.swap else splits


def _load(config: Any) -> Splits:
    files = _files(config)
    if config.data is not None or files:
        check_source(config)
    if config.data is not None:
        return own_splits(config, parallel, pairs_of, _of_files(files, config))
    if files:
        check_no_reading(config, allowed=("encoding",))
        return _of_two_files(files, config)
    check_no_reading(config)
    return split(
        opened(CORPORA, config),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _of_two_files(files: Files, config: Any) -> Splits:
    if "train" not in files:
        raise InputError("expected --train-source and --train-target too, or --data")
    check_idle_shares(config, files)
    description = ", ".join(Path(path).name for path in files["train"])
    return hold_out(
        Corpus(_of_files(files, config), description),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _of_files(files: Files, config: Any) -> dict[str, Callable[[], Iterator[Pair]]]:
    """Part -> the pairs of its two files."""
    return {
        part: functools.partial(read_pairs, source, target, config.encoding)
        for part, (source, target) in files.items()
    }


def _files(config: Any) -> Files:
    """The files of each part that has such.

    Raises:
        InputError: if one of the two is missing.
    """
    found = {}
    for part in PARTS:
        source, target = (
            getattr(config, f"{part}_{side}") for side in ("source", "target")
        )
        if source is None and target is None:
            continue
        if source is None or target is None:
            sides = ("source", "target")
            missing, given = sides if source is None else sides[::-1]
            raise InputError(f"--{part}-{given}: expected --{part}-{missing} too")
        found[part] = source, target
    return found
