"""The trees: made lists, or a user's own files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets import Corpus, Splits, check_source, declared, opened, split
from seqzoo.datasets.corpus import check_idle_shares
from seqzoo.datasets.sst import CLASSES
from seqzoo.datasets.trees import listops
from seqzoo.datasets.trees.reading import own_trees
from seqzoo.datasets.trees.tree import Tree
from seqzoo.errors import InputError

MADE, MADE_NAME = 12_000, "listops"


def _listops() -> Corpus:
    made = listops.made_trees(MADE, seed=0)
    description = (
        f"{MADE:,} lists of digits under operators, made by a program; the class is the value "
        "(ListOps, Nangia & Bowman 2018)"
    )
    return Corpus({"train": lambda: iter(made)}, description)


CORPORA = declared("trees", {MADE_NAME: _listops})


def load(config: Any) -> Splits:
    """The trees that a recipe's settings describe, in three parts.

    Args:
        config: `Settings`: dataset, data, classes, validation, test, seed, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    if config.data is None:
        corpus = opened(CORPORA, config)
    else:
        check_source(config)
        corpus = own_trees(Path(config.data))
    check_idle_shares(config, [part for part in corpus.parts if part != "train"])
    parts = {part: _judged(stream, config.classes) for part, stream in corpus.parts.items()}
    return split(
        Corpus(parts, corpus.description),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _judged(
    stream: Callable[[], Iterator[Tree]], classes: int | None
) -> Callable[[], Iterator[Tree]]:
    return lambda: judged(stream(), classes)


def judged(trees: Iterator[Tree], classes: int | None) -> Iterator[Tree]:
    """Trees with the names of judgements for their numbers; of two classes those without a neutral root.

    Args:
        trees: with labels 0 to 4.
        classes: 2 or 5; None: labels stay as they are.

    Raises:
        InputError: on another label.
    """
    if classes is None:
        yield from trees
        return
    names = dict(zip("01234", CLASSES[classes], strict=True)) | {None: None}
    for tree in trees:
        for label in tree.labels:
            if label not in names:
                raise InputError(
                    f"{tree.where}: label {label!r}: expected 0 to 4, where there are {classes} classes"
                )
        if names[tree.label] is not None:
            yield tree._replace(labels=tuple(names[label] for label in tree.labels))
