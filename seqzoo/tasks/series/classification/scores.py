"""Scores of a series classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo import metrics

SMALLEST = 1e-7  # probability, in the logarithm


def scores(
    gold: np.ndarray, probabilities: np.ndarray, labels: Sequence[str]
) -> dict[str, Any]:
    """Scores of probabilities, float32 (series, classes), for series of classes `gold`, int (series,).

    Returns:
        `score` and `accuracy` (the same), `macro_f1`, the mean cross-entropy `loss`, `classes`, what each
        scores, and `confusion_matrix`, a row for each true class.
    """
    matrix = metrics.confusion_matrix(
        gold.tolist(), probabilities.argmax(axis=1).tolist(), len(labels)
    )
    given = probabilities[np.arange(len(gold)), gold].astype(np.float64)
    return {
        **hard_scores(matrix),
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


def to_choose_by(figures: dict[str, Any], count: int) -> float:
    """Accuracy, and among equal ones the lower loss: less than one series of `count` is worth."""
    loss = figures["loss"]
    return figures["accuracy"] - loss / (1 + loss) / count
