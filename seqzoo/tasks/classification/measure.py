"""`seqzoo evaluate` for classifiers."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import imdb
from seqzoo.datasets.labelled import read_to_measure
from seqzoo.pipeline import bootstrap, naive
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification import average, several, several_bag
from seqzoo.tasks.classification.bag import Bag, words_of
from seqzoo.tasks.classification.data import ANSWER, answer_of
from seqzoo.tasks.classification.decision import Decision, chosen
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.classification.naive import answers
from seqzoo.tasks.classification.predictor import Classifier
from seqzoo.tasks.options import Options

EPSILON = 1e-7


def measure(
    predictor: Classifier, path: Path, options: Options, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained classifier on labelled texts, and of naive answers beside them.

    See `evaluate_encoded`, and where texts may have several labels `several.figures`. `majority_*` is the
    answer "always the most frequent label": of the training part where the artifact has a bag of n-grams,
    whose scores are `bag_*`; else of these texts. `below` has a sentence for each of them that is better
    than what the model answers.

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
    answer = answer_of(predictor.labels, predictor.mark)
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(
            examples, answer, words_of if predictor.bag else None
        )
        encoded = Encoded.write(Path(folder) / path.name, rows)
        if predictor.thresholds is not None:
            return _several(predictor, encoded, predictor.thresholds)
        judged = Judged.of(
            predictor.inference, encoded, predictor.average, predictor.decision
        )
        measured = judged.figures(predictor.labels)
        beside = _beside(predictor, encoded)
    whose = "The average" if predictor.average else "The network"
    below = naive.below(measured["score"], beside, "these texts", whose)
    told = {"below": below} if below else {}
    matrix = metrics.named_confusion(measured["confusion_matrix"], predictor.labels)
    measured["confusion_matrix"] = matrix
    figures = {"examples": len(encoded), **measured, **naive.flat(beside), **told}
    return figures | {bootstrap.PER_ROW: judged.per_row()}


def _several(predictor: Classifier, encoded: Encoded, bounds: np.ndarray) -> dict[str, Any]:
    """Scores of a classifier of several labels, and of naive answers; thresholds float64 (classes,)."""
    names = predictor.labels
    gold = several.gold_of(encoded, len(names))
    probabilities = predictor.inference.of_encoded(encoded)
    measured = several.figures(gold, probabilities, bounds, names)
    beside = [
        several.naive_answer(gold, several.majority(gold), names, "these texts"),
    ]
    if predictor.bag is not None:
        beside.append(several_bag.answer(predictor.bag, encoded, gold, names))
    below = naive.below(measured["score"], beside, "these texts")
    told = {"below": below} if below else {}
    per_row = several.per_row(gold, several.given(probabilities, bounds))
    figures = {"examples": len(gold), **measured, **naive.flat(beside), **told}
    return figures | {bootstrap.PER_ROW: per_row}


def _beside(predictor: Classifier, encoded: Encoded) -> list[naive.Naive]:
    """What naive answers score on the same texts."""
    if (bag := predictor.bag) is not None:
        whose = bag.majority, "the training part"
        return answers(encoded, predictor.labels, *whose, bag)
    majority = int(np.bincount(encoded.numbers(ANSWER)).argmax())
    whose = majority, "these texts (the artifact holds no bag of n-grams)"
    return answers(encoded, predictor.labels, *whose, None)


class Judged(NamedTuple):
    """Encoded texts and what a model makes of them.

    Attributes:
        labels: the texts' classes, int32 (texts,).
        network: probabilities of the network alone, (texts, classes).
        average: those of its average with a bag of n-grams; None: the network answers alone.
        bag: that bag.
        decision: how the answer of two classes is chosen; None: it is the most probable.
    """

    labels: np.ndarray
    network: np.ndarray
    average: np.ndarray | None = None
    bag: Bag | None = None
    decision: Decision | None = None

    @classmethod
    def of(
        cls,
        inference: Inference,
        encoded: Encoded,
        bag: Bag | None,
        decision: Decision | None,
    ) -> "Judged":
        """Let a model answer; see `evaluate_encoded`."""
        labels = encoded.numbers(ANSWER)
        probabilities = inference.of_encoded(encoded)
        if bag is None:
            return cls(labels, probabilities, decision=decision)
        averaged = bag.averaged(probabilities, bag.of_encoded(encoded))
        return cls(labels, probabilities, averaged, bag, decision)

    @property
    def probabilities(self) -> np.ndarray:
        """What the model answers, (texts, classes)."""
        return self.network if self.average is None else self.average

    def figures(self, names: Sequence[str]) -> dict[str, Any]:
        """The metrics; see `evaluate_encoded`."""
        answered = _figures(self.labels, self.probabilities, names, self.decision)
        found = {"score": answered["accuracy"], **answered}
        if self.decision is not None:
            found["decision"] = self.decision.about(list(names))
        if self.bag is None:
            return found
        assert self.bag.weights is not None
        alone = _figures(self.labels, self.network, names)
        for name, value in alone.items():
            if isinstance(value, float):
                found[f"network_{name}"] = value
        return found | {"average": average.about(self.bag.weights)}

    def per_row(self) -> bootstrap.PerRow:
        """Whether each answer is right."""
        right = chosen(self.probabilities, self.decision) == self.labels
        values = np.stack([right, np.ones(len(right))], axis=1)  # (texts, 2)
        return bootstrap.PerRow("accuracy", values, bootstrap.share, "texts", (1,))


def evaluate_encoded(
    inference: Inference,
    encoded: Encoded,
    names: Sequence[str],
    bag: Bag | None = None,
    decision: Decision | None = None,
) -> dict[str, Any]:
    """Metrics of a network on encoded texts, or of its average with a bag of n-grams.

    Args:
        inference: the network.
        encoded: with columns `tokens` and `label`; and `words`, if there is a bag.
        names: of the classes.
        bag: whose answers are averaged with the network's; None: the network answers alone.
        decision: how the answer of two classes is chosen; None: it is the most probable.

    Returns:
        `score` and `accuracy` (the same), `macro_f1`, the mean cross-entropy `loss`, the expected
        calibration error `ece` with the bins of its diagram, `reliability`, `confusion_matrix`, a row
        for each true class, and `classes`, what each scores. Where there are two classes, and texts of
        both, also `auc`. Of a decision `decision`, how the answer is chosen. Of an average also
        `network_accuracy` and so on, of the network alone, and `average`, how the average answers.
    """
    return Judged.of(inference, encoded, bag, decision).figures(names)


def _figures(
    labels: np.ndarray,
    probabilities: np.ndarray,
    names: Sequence[str],
    decision: Decision | None = None,
) -> dict[str, Any]:
    """Metrics of probabilities, (texts, classes), of texts of classes `labels`, int32 (texts,)."""
    predicted = chosen(probabilities, decision)
    # Of the most probable class, whatever is answered: it is the probabilities that are looked at.
    likely = np.argmax(probabilities, -1) == labels
    bins = metrics.reliability(np.max(probabilities, -1), likely)
    matrix = metrics.confusion_matrix(labels.tolist(), predicted.tolist(), len(names))
    return {
        "accuracy": metrics.accuracy(matrix),
        "macro_f1": metrics.macro_f1(matrix),
        **_auc(labels, probabilities),
        "loss": float(_cross_entropy(labels, probabilities).mean(dtype=np.float64)),
        "ece": metrics.expected_calibration_error(bins),
        "classes": metrics.class_scores(matrix, names),
        "reliability": bins,
        "confusion_matrix": matrix.tolist(),
    }


def _auc(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """`auc` of two classes; it is the same whichever of them is the positive one."""
    if probabilities.shape[1] != 2:
        return {}
    area = metrics.roc_auc(probabilities[:, 1], labels == 1)
    return {} if area is None else {"auc": area}


def _cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """(batch,), of classes, int32 (batch,), and probabilities (batch, classes), bounded as Keras does."""
    bounded = np.clip(probabilities, EPSILON, 1 - EPSILON)
    shares = bounded / bounded.sum(-1, keepdims=True)
    return -np.log(np.take_along_axis(shares, labels[:, None], axis=1)[:, 0])
