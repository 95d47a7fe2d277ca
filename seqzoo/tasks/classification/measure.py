"""`seqzoo evaluate` for classifiers."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import imdb
from seqzoo.datasets.labelled import read_to_measure
from seqzoo.pipeline import naive
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification import average
from seqzoo.tasks.classification.bag import Bag, words_of
from seqzoo.tasks.classification.data import ANSWER, class_of
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.classification.naive import answers
from seqzoo.tasks.classification.predictor import Classifier
from seqzoo.tasks.options import Options

EPSILON = 1e-7


def measure(
    predictor: Classifier, path: Path, options: Options, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained classifier on labelled texts, and of naive answers beside them.

    See `evaluate_encoded`. `majority_*` is the answer "always the most frequent label": of the training
    part where the artifact has a bag of n-grams, whose scores are `bag_*`; else of these texts. `below` has a
    sentence for each of them that is better than what the model answers.

    Args:
        predictor: the model.
        path: a file of labelled texts, or a folder with a part a file, whose test part is read.
        options: how the file is read.
        write: not used.

    Raises:
        InputError: on texts or labels that cannot be used.
    """
    if imdb.is_imdb(path):
        examples = imdb.corpus(path).parts["test"]()
    else:
        examples = read_to_measure(path, predictor.asked(options))
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(
            examples, class_of(predictor.labels), words_of if predictor.bag else None
        )
        encoded = Encoded.write(Path(folder) / path.name, rows)
        measured = evaluate_encoded(predictor.inference, encoded, predictor.average)
        beside = _beside(predictor, encoded)
    whose = "The average" if predictor.average else "The network"
    below = naive.below(measured["score"], beside, "these texts", whose)
    told = {"below": below} if below else {}
    return {"examples": len(encoded), **measured, **naive.flat(beside), **told}


def _beside(predictor: Classifier, encoded: Encoded) -> list[naive.Naive]:
    """What naive answers score on the same texts."""
    if (bag := predictor.bag) is not None:
        whose = bag.majority, "the training part"
        return answers(encoded, predictor.labels, *whose, bag)
    majority = int(np.bincount(encoded.numbers(ANSWER)).argmax())
    whose = majority, "these texts (the artifact holds no bag of n-grams)"
    return answers(encoded, predictor.labels, *whose, None)


def evaluate_encoded(
    inference: Inference, encoded: Encoded, bag: Bag | None = None
) -> dict[str, Any]:
    """Metrics of a network on encoded texts, or of its average with a bag of n-grams.

    Args:
        inference: the network.
        encoded: with columns `tokens` and `label`; and `words`, if there is a bag.
        bag: whose answers are averaged with the network's; None: the network answers alone.

    Returns:
        `score` and `accuracy` (the same), `macro_f1`, the mean cross-entropy `loss`, the expected
        calibration error `ece` with the bins of its diagram, `reliability`, and `confusion_matrix`, a row
        for each true class. Of an average also `network_accuracy` and so on, of the
        network alone, and `average`, how the average answers.
    """
    labels = encoded.numbers(ANSWER)
    probabilities = inference.of_encoded(encoded)
    alone = _figures(labels, probabilities)
    if bag is None:
        return {"score": alone["accuracy"], **alone}
    both = _figures(labels, bag.averaged(probabilities, bag.of_encoded(encoded)))
    assert bag.weights is not None
    numbers = {name: value for name, value in alone.items() if isinstance(value, float)}
    beside = {f"network_{name}": value for name, value in numbers.items()}
    about = {"average": average.about(bag.weights)}
    return {"score": both["accuracy"], **both, **beside, **about}


def _figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """Metrics of probabilities, (texts, classes), of texts of classes `labels`, int32 (texts,)."""
    right = np.argmax(probabilities, -1) == labels
    bins = metrics.reliability(np.max(probabilities, -1), right)
    matrix = metrics.confusion_matrix(
        labels.tolist(),
        np.argmax(probabilities, -1).tolist(),
        probabilities.shape[1],
    )
    return {
        "accuracy": metrics.accuracy(matrix),
        "macro_f1": metrics.macro_f1(matrix),
        "loss": float(_cross_entropy(labels, probabilities).mean(dtype=np.float64)),
        "ece": metrics.expected_calibration_error(bins),
        "reliability": bins,
        "confusion_matrix": matrix.tolist(),
    }


def _cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """(batch,), of classes, int32 (batch,), and probabilities (batch, classes), bounded as Keras does."""
    bounded = np.clip(probabilities, EPSILON, 1 - EPSILON)
    shares = bounded / bounded.sum(-1, keepdims=True)
    return -np.log(np.take_along_axis(shares, labels[:, None], axis=1)[:, 0])
