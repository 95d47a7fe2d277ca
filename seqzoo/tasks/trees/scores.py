"""Scores of a classifier of trees."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo import metrics

SMALLEST = 1e-7  # probability, in the logarithm


def scores(
    gold: Sequence[np.ndarray], probabilities: Sequence[np.ndarray], labels: Sequence[str]
) -> dict[str, Any]:
    """Scores of trees.

    Args:
        gold: classes of each tree's nodes, int (nodes,), from 1 on, 0 for none; the root's is the last.
        probabilities: float32 (nodes, classes) of each tree.
        labels: names of the classes.

    Returns:
        `score` and `accuracy` (the same) and `macro_f1` of the roots, `node_accuracy` of all nodes with a
        label, the roots' mean cross-entropy `loss`, `classes`, and `confusion_matrix`, a row for each true
        class.
    """
    roots = np.array([each[-1] for each in gold]) - 1
    rows = np.stack([each[-1] for each in probabilities])  # (trees, classes)
    matrix = metrics.confusion_matrix(
        roots.tolist(), rows.argmax(axis=1).tolist(), len(labels)
    )
    given = rows[np.arange(len(roots)), roots].astype(np.float64)
    every = np.concatenate(list(gold))
    found = np.concatenate([each.argmax(axis=1) for each in probabilities]) + 1
    return {
        **hard_scores(matrix),
        "node_accuracy": float(np.mean(found[every > 0] == every[every > 0])),
        "loss": float(-np.log(np.maximum(given, SMALLEST)).mean()),
        "classes": metrics.class_scores(matrix, labels),
        "confusion_matrix": matrix.tolist(),
    }


def hard_scores(matrix: np.ndarray) -> dict[str, float]:
    """`score`, `accuracy` and `macro_f1` of a confusion matrix, int (classes, classes)."""
    accuracy = metrics.accuracy(matrix)
    return {
        "score": accuracy,
        "accuracy": accuracy,
        "macro_f1": metrics.macro_f1(matrix),
    }
