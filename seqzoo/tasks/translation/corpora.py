"""The corpora of texts and their translations, and a user's own."""

import functools
from pathlib import Path
from typing import Any

from seqzoo.datasets import (
    Corpus,
    Splits,
    bible,
    check_source,
    declared,
    opened,
    own,
    read_columns,
    read_pairs,
    split,
    tfds_pairs,
)
from seqzoo.datasets.splits import without
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import PARTS

CORPORA = declared(
    "translation",
    {
        "bible": bible.english_japanese,
        "kjv-web": bible.old_modern,
        "tensorflow-datasets": lambda config: tfds_pairs.corpus(config.name),
    },
)

Files = dict[str, tuple[str, str]]  # part -> source and target


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Files of a part (`train_source` and `train_target`, ...) take the place of that part. Training pairs are
    left out if their source also stands in another part's files.

    Args:
        config: `Settings`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a file without its other half, or files that
            cannot be read.
    """
    files = _files(config)
    if config.data is not None or files:
        check_source(config)
    if config.data is not None:
        corpus = own(Path(config.data), read_columns, "train.tsv")
    elif files:
        if "train" not in files:
            raise InputError("expected --train-source and --train-target too, or --data")
        corpus = Corpus({}, ", ".join(Path(path).name for path in files["train"]))
    else:
        corpus = opened(CORPORA, config)
    corpus = _with_files(corpus, files)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


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


def _with_files(corpus: Corpus, files: Files) -> Corpus:
    """The corpus with some of its parts from files."""
    parts = dict(corpus.parts)
    for part, (source, target) in files.items():
        parts[part] = functools.partial(read_pairs, source, target)
    for part in files.keys() - {"train"}:
        for _ in parts[part]():  # what can't be read must not come to light at the end
            pass
        parts["train"] = without(parts["train"], parts[part])
    return Corpus(parts, corpus.description, corpus.unit)
