"""Scores of regressors, and `seqzoo evaluate` for them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.pipeline.batches import plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.regression.corpora import read_numbers
from seqzoo.tasks.regression.data import ANSWER, Scale, target_of
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.regression.options import MeasureOptions
from seqzoo.tasks.regression.predictor import Regressor
from seqzoo.tasks.text_rows import arrays_of

EVALUATION_BATCH = 64


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


def evaluate_encoded(
    inference: Inference, encoded: Encoded, scale: Scale
) -> dict[str, float]:
    """Scores of a network on encoded texts.

    Args:
        inference: the network.
        encoded: with columns `tokens` and `target`.
        scale: of the training numbers.

    Returns:
        `mse`, `mae` and `pearson` in the original unit; `score`, minus the first; and `loss`, the mean
        squared error of standardised numbers, as in training.
    """
    gold, predicted = [], []
    planned = plan(encoded.lengths, EVALUATION_BATCH, None)
    for tokens, targets in arrays_of(encoded, planned, ANSWER):
        gold.append(targets)
        predicted.append(inference.forward(tokens)[:, 0])  # (batch, 1) -> (batch,)
    found = scores(
        scale.outwards(np.concatenate(gold)), scale.outwards(np.concatenate(predicted))
    )
    return {"score": -found["mse"], **found, "loss": found["mse"] / scale.deviation**2}


def naive_scores(encoded: Encoded, scale: Scale) -> dict[str, float]:
    """What the answer "the mean of the training numbers" scores: `naive_mse` and `naive_mae`."""
    gold = scale.outwards(encoded.numbers("target"))
    constant = np.full(len(gold), scale.mean)
    return {"naive_mse": mse(gold, constant), "naive_mae": mae(gold, constant)}


def measure(
    predictor: Regressor, path: Path, options: MeasureOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained regressor on texts with numbers; see `evaluate_encoded` and `naive_scores`.

    Args:
        predictor: the model.
        path: a table with the columns of `options`.
        options: the columns, where they are not those of the training.
        write: not used.

    Raises:
        InputError: on texts or numbers that cannot be used.
    """
    text_column, number_column = predictor.columns(
        options.text_column, options.number_column
    )
    examples = read_numbers(path, text_column, number_column)
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(examples, target_of(predictor.scale))
        encoded = Encoded.write(Path(folder) / path.name, rows)
        measured = evaluate_encoded(predictor.inference, encoded, predictor.scale)
        measured |= naive_scores(encoded, predictor.scale)
    return {"examples": len(encoded), **measured}
