"""Scores as pure functions of labels or strings; nothing here knows a model or a tensor."""

from collections.abc import Sequence

import numpy as np


def confusion_matrix(gold: Sequence[int], predicted: Sequence[int], num_classes: int) -> np.ndarray:
    """Counts, int64 (num_classes, num_classes); row: gold class, column: predicted class."""
    matrix = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(matrix, (np.asarray(gold, int), np.asarray(predicted, int)), 1)
    return matrix


def accuracy(matrix: np.ndarray) -> float:
    """The share of examples on the diagonal of a confusion matrix."""
    return float(np.trace(matrix) / matrix.sum())


def macro_f1(matrix: np.ndarray) -> float:
    """The unweighted mean of the classes' F1 (harmonic mean of precision and recall).

    A class that is neither in the gold labels nor predicted counts 0, as in scikit-learn.
    """
    support = matrix.sum(0) + matrix.sum(1)
    return float(np.mean(2 * np.diag(matrix) / np.maximum(support, 1)))
