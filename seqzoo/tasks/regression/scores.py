"""Scores of numbers, and those of the naive answers."""

import numpy as np

from seqzoo.pipeline.naive import Naive


def mse(gold: np.ndarray, predicted: np.ndarray) -> float:
    """Mean squared error of two arrays (n,)."""
    return float(np.mean((gold - predicted) ** 2))


def mae(gold: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute error of two arrays (n,)."""
    return float(np.mean(np.abs(gold - predicted)))


def pearson(gold: np.ndarray, predicted: np.ndarray) -> float:
    """Pearson's correlation of two arrays (n,), from -1 to 1; 0 where one of them does not vary."""
    gold, predicted = gold - np.mean(gold), predicted - np.mean(predicted)
    norms = np.sqrt(np.sum(gold**2)) * np.sqrt(np.sum(predicted**2))
    return float(np.sum(gold * predicted) / norms) if norms > 0 else 0.0


def scores(gold: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """`mse`, `mae` and `pearson` of numbers in the original unit, float64 (n,) both."""
    return {
        "mse": mse(gold, predicted),
        "mae": mae(gold, predicted),
        "pearson": pearson(gold, predicted),
    }


def mean_answer(gold: np.ndarray, mean: float) -> Naive:
    """What the answer "the mean of the training numbers" scores: `mse` and `mae`; `score` is minus the first.

    Args:
        gold: numbers in the original unit, float64 (n,).
        mean: of the training numbers.
    """
    constant = np.full(len(gold), mean)
    figures = {"mse": mse(gold, constant), "mae": mae(gold, constant)}
    title = "the mean of the training numbers"
    return Naive(
        "naive", title, f"always {mean:.4g}", {"score": -figures["mse"], **figures}
    )


def ridge_answer(gold: np.ndarray, predicted: np.ndarray, about: str) -> Naive:
    """What a ridge regression scores: as `scores`; `score` is minus the first.

    Args:
        gold, predicted: numbers in the original unit, float64 (n,) both.
        about: how it was chosen.
    """
    figures = scores(gold, predicted)
    title = "the ridge regression on n-grams"
    return Naive("ridge", title, about, {"score": -figures["mse"], **figures})
