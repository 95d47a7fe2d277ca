"""What may be wrong with the answers of a classifier of trees."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.trees.reading import own_trees
from seqzoo.diagnosis.result import Finding

if TYPE_CHECKING:
    from seqzoo.tasks.trees.predictor import TreeClassifier

MOST = 200  # trees that are looked at
FEW = 20  # trees that say nothing
KNOWN = 0.7  # share of the words


def findings(predictor: "TreeClassifier", path: Path) -> Iterator[Finding]:
    """Whether all trees have one answer, and how many of their words are known.

    Args:
        predictor: a `TreeClassifier`.
        path: as the training's `--data`.

    Raises:
        InputError: on files that cannot be read.
    """
    streams = [stream() for stream in own_trees(path).parts.values()]
    trees = [
        predictor.coding.coded(each)
        for each in itertools.islice(itertools.chain(*streams), MOST)
    ]
    answers = [int(each[-1].argmax()) for each in predictor.inference(trees)]
    yield told_apart(answers, predictor.labels)
    tokens = np.concatenate([each.tokens for each in trees])
    yield known(float(np.mean(tokens[tokens > 0] > 1)))


def told_apart(answers: list[int], labels: list[str]) -> Finding:
    """Whether trees have several answers."""
    counts = np.bincount(answers)
    most = int(counts.argmax())
    found = f"{counts[most]} of {len(answers)} trees are {labels[most]!r}"
    if counts[most] < len(answers) or len(answers) < FEW:
        return Finding("ok", "answers", "model", found)
    return Finding(
        "warning", "answers", "model", found,
        "one answer for all: train longer, or at another --learning-rate",
    )  # fmt: skip


def known(share: float) -> Finding:
    """Whether most words are known."""
    found = f"{share:.0%} of the words are known"
    if share >= KNOWN:
        return Finding("ok", "answers", "words", found)
    return Finding(
        "warning", "answers", "words", found,
        "the training had other words: see whether case and tokens are the training's",
    )  # fmt: skip
