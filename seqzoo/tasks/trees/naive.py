"""The naive answers beside a classifier of trees: the most frequent class, and a bag of words."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo import metrics
from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.trees.scores import hard_scores

FILE = "bag.npz"


class Bag(NamedTuple):
    """Naive Bayes on the words of a tree, which does not see the tree.

    Attributes:
        words: log-probability of each word in each class, float32 (words, classes).
        classes: log-probability of each class, float32 (classes,).
    """

    words: np.ndarray
    classes: np.ndarray

    @classmethod
    def fit(
        cls, tokens: Sequence[np.ndarray], roots: np.ndarray, words: int, classes: int
    ) -> "Bag":
        """Count the training part; every word is seen once more in each class.

        Args:
            tokens: ids of each tree, int32 (nodes,), 0 for none.
            roots: class of each, int (trees,).
            words, classes: their numbers.
        """
        counts = np.ones((words, classes))
        for ids, root in zip(tokens, roots, strict=True):
            np.add.at(counts[:, root], ids[ids > 0], 1)
        shares = np.bincount(roots, minlength=classes) + 1
        return cls(
            np.log(counts / counts.sum(axis=0)).astype(np.float32),
            np.log(shares / shares.sum()).astype(np.float32),
        )

    def answers(
        self, tokens: Sequence[np.ndarray], roots: np.ndarray, labels: Sequence[str]
    ) -> list[Naive]:
        """What both naive answers score on trees; see `fit`."""
        sums = [self.classes + self.words[ids[ids > 0]].sum(axis=0) for ids in tokens]
        constant = np.full(len(roots), self.classes.argmax())
        most = labels[int(constant[0])]

        def scored(found: np.ndarray) -> dict[str, float]:
            matrix = metrics.confusion_matrix(roots.tolist(), found.tolist(), len(labels))
            return hard_scores(matrix)

        return [
            Naive(
                "majority",
                "the most frequent class",
                f"always {most!r}, the most frequent class of the training part",
                scored(constant),
            ),
            Naive(
                "bag",
                "the bag of words",
                "naive Bayes on the words of a tree, without the tree",
                scored(np.stack(sums).argmax(axis=1)),
            ),
        ]

    def save(self, path: Path) -> None:
        """Keep it in a file."""
        half = self.words.astype(np.float16)
        np.savez_compressed(path, words=half, classes=self.classes)

    @classmethod
    def load(cls, path: Path, words: int, classes: int) -> "Bag":
        """What a file has that `save` wrote.

        Raises:
            InputError: if it is no such one, or of another vocabulary or other classes.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = cls(arrays["words"].astype(np.float32), arrays["classes"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: damaged: {error}") from error
        sound = found.words.shape == (words, classes) and found.classes.shape == (classes,)
        if not (sound and all(np.isfinite(each).all() for each in found)):
            raise InputError(
                f"{path}: expected numbers of {words} words, {classes} classes"
            )
        return found
