"""Scores of regressors, and `seqzoo evaluate` for them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.pipeline import bootstrap, naive
from seqzoo.pipeline.batches import plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.regression.corpora import read_numbers
from seqzoo.tasks.regression.data import ANSWER, Scale, target_of
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.regression.options import MeasureOptions
from seqzoo.tasks.regression.predictor import Regressor
from seqzoo.tasks.regression.scores import mean_answer, scores
from seqzoo.tasks.text_rows import arrays_of

EVALUATION_BATCH = 64


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
    gold, predicted = answered(inference, encoded, scale)
    return _figures(gold, predicted, scale)


def answered(
    inference: Inference, encoded: Encoded, scale: Scale
) -> tuple[np.ndarray, np.ndarray]:
    """Gold and predicted numbers in the original unit, float64 (rows,) both; see `evaluate_encoded`."""
    gold, predicted = [], []
    planned = plan(encoded.lengths, EVALUATION_BATCH, None)
    for tokens, targets in arrays_of(encoded, planned, ANSWER):
        gold.append(targets)
        predicted.append(inference.forward(tokens)[:, 0])  # (batch, 1) -> (batch,)
    # The plan goes by length: the numbers go back to the rows' order.
    order = np.argsort(np.concatenate(planned))
    both = (np.concatenate(each)[order] for each in (gold, predicted))
    ours, theirs = map(scale.outwards, both)
    return ours, theirs


def _figures(gold: np.ndarray, predicted: np.ndarray, scale: Scale) -> dict[str, float]:
    found = scores(gold, predicted)
    return {"score": -found["mse"], **found, "loss": found["mse"] / scale.deviation**2}


def measure(
    predictor: Regressor, path: Path, options: MeasureOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained regressor on texts with numbers, and of the mean of its training numbers.

    See `evaluate_encoded` and `mean_answer`. Where that mean is better, `below` says so.

    Args:
        predictor: the model.
        path: a table with the columns of `options`.
        options: the columns, where they are not those of the training.
        write: not used.

    Raises:
        InputError: on texts or numbers that cannot be used.
    """
    examples = read_numbers(path, predictor.asked(options))
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(examples, target_of(predictor.scale))
        encoded = Encoded.write(Path(folder) / path.name, rows)
        gold, predicted = answered(predictor.inference, encoded, predictor.scale)
    measured = _figures(gold, predicted, predictor.scale)
    mean = mean_answer(gold, predictor.scale.mean)
    below = naive.below(measured["score"], [mean], "these texts")
    told = {"below": below} if below else {}
    figures = {"examples": len(gold), **measured, **naive.flat([mean]), **told}
    return figures | {bootstrap.PER_ROW: _per_row(gold, predicted)}


def _per_row(gold: np.ndarray, predicted: np.ndarray) -> bootstrap.PerRow:
    """The squared error of each text."""
    errors = (gold - predicted) ** 2
    values = np.stack([errors, np.ones(len(errors))], axis=1)  # (texts, 2)
    return bootstrap.PerRow("mse", values, bootstrap.share, "texts", (1,), higher=False)
