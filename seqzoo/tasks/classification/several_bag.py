"""The bag of n-grams of texts of several labels: one for each label, which says whether a text has it.

They are fitted as those of classes, see `naive`, and lie in one table. A label is given where its margin is
at least 0: the threshold of best F1 on the validation part is in the intercept.
"""

import numpy as np

from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.classification import naive, several
from seqzoo.tasks.classification.bag import Bag, coded
from seqzoo.tasks.classification.reader_bag import bits_for

SURE = 1.0  # the margin of a label that all training texts have; of one that none has, its negative


def table_classes(labels: int) -> int:
    """The classes that the table is of: one of two has a single row, so two labels take a third, empty."""
    return max(labels, 3)


def fit(train: Encoded, validation: Encoded, labels: int) -> Bag:
    """Fit a bag for each label; the regularisation of best micro F1 on the validation part is common to all.

    Args:
        train, validation: with columns `words` and `label`.
        labels: their number; `naive.refusal` must have none.
    """
    bits = bits_for(table_classes(labels))
    assert bits is not None
    gold, held_out = (several.gold_of(part, labels) for part in (train, validation))
    marks = naive.marks_of(train, bits)
    ours, theirs = (naive.places_of(part, marks) for part in (train, validation))
    counts = np.asarray(ours.T @ gold.astype(np.float32)).T  # (labels, buckets)
    ratios = _log_ratios(counts, np.asarray(ours.sum(0)))
    found = [
        naive.fitted(ours, theirs, ratio, has) if 0 < has.sum() < len(has) else None
        for ratio, has in zip(ratios, gold.T, strict=True)
    ]  # for each label, for each strength: weights, intercept, validation margins

    best, scored = 0, -1.0
    for place in range(len(naive.STRENGTHS)):
        margins = _margins(found, gold, place, len(validation))
        bounds = several.thresholds(margins, held_out, 0.0)
        score = several.per_row(held_out, several.given(margins, bounds)).whole()
        if score > scored:
            best, scored, kept = place, score, bounds

    rows = [np.zeros(len(marks)) if each is None else each[best][0] for each in found]
    intercepts = [
        _constant(has) if each is None else each[best][1]
        for each, has in zip(found, gold.T, strict=True)
    ]
    return _table(rows, np.array(intercepts) - kept, gold, naive.STRENGTHS[best], marks)


def _log_ratios(counts: np.ndarray, every: np.ndarray) -> np.ndarray:
    """Naive-Bayes log-count ratios, float32 (labels, buckets).

    Args:
        counts: texts with the label that have the n-gram, (labels, buckets).
        every: texts that have it, (1, buckets).
    """
    ours, rest = 1.0 + counts, 1.0 + every - counts
    ratios = np.log(ours / ours.sum(1, keepdims=True))
    return (ratios - np.log(rest / rest.sum(1, keepdims=True))).astype(np.float32)


def _margins(found: list, gold: np.ndarray, place: int, texts: int) -> np.ndarray:
    """Margins of the validation part at one strength, float64 (texts, labels)."""
    columns = [
        np.full(texts, _constant(has)) if each is None else each[place][2]
        for each, has in zip(found, gold.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def _constant(has: np.ndarray) -> float:
    """The margin of a label that all training texts have, or none."""
    return SURE if has.all() else -SURE


def _table(
    rows: list[np.ndarray],
    intercepts: np.ndarray,
    gold: np.ndarray,
    strength: float,
    marks: np.ndarray,
) -> Bag:
    """The bags of all labels as one table."""
    missing = table_classes(len(rows)) - len(rows)
    rows = rows + [np.zeros(len(marks))] * missing
    codes, scales = zip(*map(coded, rows), strict=True)
    every = np.append(intercepts, np.zeros(missing))
    about = len(rows), int(gold.sum(0).argmax()), strength, marks
    return Bag(*about, np.stack(codes), np.array(scales), every)


def given(bag: Bag, encoded: Encoded, labels: int) -> np.ndarray:
    """The labels that the bags give, bool (texts, labels), of encoded texts with the column `words`."""
    return bag.of_encoded(encoded)[:, :labels] >= 0


def answer(bag: Bag, encoded: Encoded, gold: np.ndarray, names: list[str]) -> Naive:
    """What the bags score on encoded texts.

    Args:
        bag: as `fit` gives it.
        encoded: with the column `words`.
        gold: bool (texts, labels).
        names: of the labels.
    """
    figures = several.summed(gold, given(bag, encoded, len(names)), names)
    return Naive("bag", naive.BAG, f"one for each label; {bag.about}", figures)
