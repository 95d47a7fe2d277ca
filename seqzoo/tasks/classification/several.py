"""Texts of several labels each: what a row says, from which probability on a label is given, scores.

Each label is a question of its own, answered by a sigmoid. It is given where its probability reaches a
threshold, which is the one of best F1 on the validation part (Yang 2001, "SCut").
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import Example
from seqzoo.errors import unknown_name
from seqzoo.pipeline.bootstrap import PerRow, f1
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive

ANSWER = "label"  # the column
EPSILON = 1e-7
CHUNK = 2**20  # labels read together
HALF = 0.5  # the threshold of a label that validation says nothing of
SHOWN = 12  # thresholds that are printed
MAJORITY = "the majority labels"

Answer = Callable[[Example], dict[str, np.ndarray]]


def parts(label: str, mark: str) -> list[str]:
    """The labels that a row names, sorted, each once; none between two marks."""
    return sorted({part.strip() for part in label.split(mark)} - {""})


def places_of(labels: Sequence[str], mark: str) -> Answer:
    """A function from an example to `{"label": places}`: of its labels, from 1, int32 (labels,).

    It raises an InputError on a label that is not in `labels`.
    """
    places = {label: place for place, label in enumerate(labels, 1)}

    def answer(example: Example) -> dict[str, np.ndarray]:
        named = parts(example.label, mark)
        for label in named:
            if label not in places:
                raise unknown_name(f"{example.source}: label", label, labels)
        return {ANSWER: np.array([places[label] for label in named], np.int32)}

    return answer


def gold_of(encoded: Encoded, classes: int) -> np.ndarray:
    """Which labels each of encoded texts has, bool (texts, classes)."""
    gold = np.zeros((len(encoded), classes), bool)
    first = 0
    for places, offsets in encoded.spans(ANSWER, CHUNK):
        count = len(offsets) - 1
        rows = np.repeat(np.arange(first, first + count), np.diff(offsets))
        gold[rows, places - 1] = True
        first += count
    return gold


def thresholds(scores: np.ndarray, gold: np.ndarray, otherwise: float = HALF) -> np.ndarray:
    """From which score on each label is given, so that its F1 is best; float64 (classes,).

    A threshold lies in the middle between two scores.

    Args:
        scores: (texts, classes).
        gold: bool (texts, classes).
        otherwise: the threshold of a label that no text has.
    """
    found = [_threshold(*each, otherwise) for each in zip(scores.T, gold.T, strict=True)]
    return np.array(found)


def _threshold(scores: np.ndarray, gold: np.ndarray, otherwise: float) -> float:
    if not gold.any():
        return otherwise
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order].astype(np.float64)
    correct = np.cumsum(gold[order])
    given = np.arange(1, len(order) + 1)
    values = 2 * correct / (given + gold.sum())

    # A cut goes between different scores, or behind all.
    values[np.append(ordered[:-1] == ordered[1:], False)] = -1
    best = int(np.argmax(values))
    if best + 1 == len(ordered):
        return float(ordered[best])
    return float((ordered[best] + ordered[best + 1]) / 2)


def given(scores: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """The labels that texts are given, bool (texts, classes), of scores and thresholds (classes,)."""
    return scores >= bounds


def figures(
    gold: np.ndarray, probabilities: np.ndarray, bounds: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """Scores of labels.

    Args:
        gold: bool (texts, classes).
        probabilities: (texts, classes).
        bounds: from which probability on each label is given, (classes,).
        names: of the labels.

    Returns:
        `score` and `micro_f1` (the same), `macro_f1`, `exact`, the share of texts whose labels are all right,
        `loss`, the mean binary cross-entropy, and `classes`: label -> `precision`, `recall`, `f1`, `support`,
        `threshold`, and `auc` where some texts have it and some do not.
    """
    chosen = given(probabilities, bounds)
    classes = _of_labels(gold, chosen, names)
    for place, each in enumerate(classes.values()):
        each["threshold"] = float(bounds[place])
        area = metrics.roc_auc(probabilities[:, place], gold[:, place])
        each |= {} if area is None else {"auc": area}
    summary = _summary(gold, chosen, classes)
    return {**summary, "loss": _loss(gold, probabilities), "classes": classes}


def summed(gold: np.ndarray, chosen: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """`score`, `micro_f1`, `macro_f1` and `exact`; see `figures`."""
    return _summary(gold, chosen, _of_labels(gold, chosen, names))


def _summary(gold: np.ndarray, chosen: np.ndarray, classes: dict) -> dict[str, float]:
    micro = per_row(gold, chosen).whole()
    return {
        "score": micro,
        "micro_f1": micro,
        "macro_f1": float(np.mean([each["f1"] for each in classes.values()])),
        "exact": float((gold == chosen).all(axis=1).mean()),
    }


def _of_labels(
    gold: np.ndarray, chosen: np.ndarray, names: Sequence[str]
) -> dict[str, dict[str, float]]:
    counts = ((gold & chosen).sum(0), chosen.sum(0), gold.sum(0))
    return {
        name: {**metrics.precision_recall_f1(right, told, true), "support": true}
        for name, right, told, true in zip(
            names, *map(np.ndarray.tolist, counts), strict=True
        )
    }


def _loss(gold: np.ndarray, probabilities: np.ndarray) -> float:
    bounded = np.clip(probabilities.astype(np.float64), EPSILON, 1 - EPSILON)
    return -float(np.log(np.where(gold, bounded, 1 - bounded)).mean())


def per_row(gold: np.ndarray, chosen: np.ndarray) -> PerRow:
    """Correct, given and gold labels of each text, of which micro F1 is made; bool (texts, classes) both."""
    counts = [each.sum(1) for each in (gold & chosen, chosen, gold)]
    values = np.stack(counts, axis=1).astype(np.float64)  # (texts, 3)
    return PerRow("micro_f1", values, f1, "texts", (2,))


def majority(gold: np.ndarray) -> np.ndarray:
    """The labels that more than half of the texts have, or else the most frequent one: bool (classes,)."""
    shares = gold.mean(0)
    chosen = shares > HALF
    chosen[shares.argmax()] = True
    return chosen


def naive_answer(
    gold: np.ndarray, chosen: np.ndarray, names: Sequence[str], whose: str
) -> Naive:
    """What the same labels for every text score.

    Args:
        gold: bool (texts, classes).
        chosen: the labels, bool (classes,); see `majority`.
        names: of the labels.
        whose: says of what they are the majority.
    """
    every = np.broadcast_to(chosen, gold.shape)
    listed = ", ".join(
        repr(name) for name, is_one in zip(names, chosen, strict=True) if is_one
    )
    about = f"always {listed}, of more than half of {whose}, or else the most frequent"
    return Naive("majority", MAJORITY, about, summed(gold, every, names))


def in_words(bounds: np.ndarray, names: Sequence[str]) -> str:
    """The thresholds in a line."""
    each = [f"{name} {bound:.3g}" for name, bound in zip(names, bounds, strict=True)]
    more = f", ... ({len(each):,} in all)" if len(each) > SHOWN else ""
    return f"thresholds, chosen on the validation part: {', '.join(each[:SHOWN])}{more}"
