"""The naive answers beside a classifier's scores: the most frequent label, and a bag of n-grams.

The bag is the linear model of Wang & Manning 2012 on naive-Bayes features. An n-gram has the value
log((p / |p|) / (q / |q|)) where it occurs, however often: p is 1 and the number of the class' texts that have
it, q is 1 and that of the others'. A logistic regression is fitted on these values, each class against the
rest. The training part alone is read for that; the validation part chooses the regularisation.
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np

from seqzoo import metrics
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.classification.bag import CHUNK, WORDS, Bag, coded
from seqzoo.tasks.classification.reader_bag import (
    MARK,
    bits_for,
    features,
    grams,
    rows_for,
)

if TYPE_CHECKING:
    from scipy import sparse

BASELINES = ("bag", "none")
STRENGTHS = (
    0.01,
    0.03,
    0.1,
    0.3,
    1.0,
    3.0,
    10.0,
)  # of C; of equal scores the first is taken
MOST_TOKENS = (
    30_000_000  # of the training part, times the rows of weights: a minute or two, 2 GB
)
STEPS = 100  # of L-BFGS
BAG, MAJORITY = "the bag of n-grams", "the most frequent label"


def refusal(tokens: int, classes: int) -> str | None:
    """Why a bag is not fitted, in words; None: it is.

    Args:
        tokens: of the training part.
        classes: their number.
    """
    if bits_for(classes) is None:
        return f"not fitted: {classes:,} classes are too many for its table"
    work = tokens * rows_for(classes)
    if work > MOST_TOKENS:
        times = "" if rows_for(classes) == 1 else f" times {classes:,} classes"
        return (
            f"not fitted: {tokens:,} training tokens{times} are more than {MOST_TOKENS:,}"
        )
    return None


def fit(train: Encoded, validation: Encoded, classes: int) -> Bag:
    """Fit a bag on the training part; its regularisation is chosen by accuracy on the validation part.

    Args:
        train, validation: with columns `words` and `label`.
        classes: their number; `refusal` must have none.
    """
    bits = bits_for(classes)
    assert bits is not None
    labels = train.numbers("label")
    marks = marks_of(train, bits)
    ours, theirs = places_of(train, marks), places_of(validation, marks)
    ratios = log_ratios(ours, labels, classes)

    found = [
        fitted(ours, theirs, ratio, labels == number)
        for number, ratio in enumerate(ratios, classes - len(ratios))
    ]  # for each row, for each of `STRENGTHS`: weights, intercept, validation margins
    gold = validation.numbers("label")
    scores = [
        float(np.mean(_chosen([row[place][2] for row in found]) == gold))
        for place in range(len(STRENGTHS))
    ]
    best = int(np.argmax(scores))

    codes, scales = zip(*(coded(row[best][0]) for row in found), strict=True)
    majority = int(np.bincount(labels, minlength=classes).argmax())
    intercepts = np.array([row[best][1] for row in found])
    about = classes, majority, STRENGTHS[best], marks
    return Bag(*about, np.stack(codes), np.array(scales), intercepts)


def answers(
    encoded: Encoded, labels: list[str], majority: int, whose: str, bag: Bag | None
) -> list[Naive]:
    """What the naive answers score on encoded texts.

    Args:
        encoded: with the column `label`; and `words`, if there is a bag.
        labels: names of the classes.
        majority: the most frequent class.
        whose: says of what it is the most frequent.
        bag: the bag of n-grams, if there is one.
    """
    gold = encoded.numbers("label")
    constant = np.full(len(gold), majority)
    about = f"always {labels[majority]!r}, the most frequent label of {whose}"
    found = [Naive("majority", MAJORITY, about, _scores(gold, constant, len(labels)))]
    if bag is not None:
        figures = _scores(gold, bag.answers(encoded), len(labels))
        found.append(Naive("bag", BAG, bag.about, figures))
    return found


def log_ratios(places: "sparse.csr_matrix", labels: np.ndarray, classes: int) -> np.ndarray:
    """Naive-Bayes log-count ratios, float32 (rows, buckets); of two classes, the second's alone.

    Args:
        places: of n-grams, a row a text.
        labels: the texts' classes, int (texts,).
        classes: their number.
    """
    buckets = places.shape[1]
    label_of = np.repeat(labels.astype(np.int64), np.diff(places.indptr))
    counts = np.bincount(label_of * buckets + places.indices, minlength=classes * buckets)
    counts = counts.reshape(classes, buckets)  # (classes * buckets,) -> (classes, buckets)
    ours = 1.0 + counts[classes - rows_for(classes) :]
    rest = 2.0 + counts.sum(0) - ours
    ratios = np.log(ours / ours.sum(1, keepdims=True))
    return (ratios - np.log(rest / rest.sum(1, keepdims=True))).astype(np.float32)


def marks_of(train: Encoded, bits: int) -> np.ndarray:
    """The mark of each bucket's most frequent n-gram, uint8 (buckets,)."""
    counts = np.zeros(1 << (bits + MARK), np.int32)
    for words, offsets in train.spans(WORDS, CHUNK):
        keys, times = np.unique(grams(words, offsets, bits)[1], return_counts=True)
        counts[keys] += times.astype(np.int32)
    # (buckets * marks,) -> (buckets, marks)
    return counts.reshape(1 << bits, 1 << MARK).argmax(1).astype(np.uint8)


def places_of(encoded: Encoded, marks: np.ndarray) -> "sparse.csr_matrix":
    """1 where a text has a bucket's n-gram: float32 (texts, buckets)."""
    from scipy import sparse

    columns, sizes = [], []
    for words, offsets in encoded.spans(WORDS, CHUNK):
        texts, buckets = features(words, offsets, marks)
        columns.append(buckets.astype(np.int32))
        sizes.append(np.bincount(texts, minlength=len(offsets) - 1))
    indices = np.concatenate(columns)
    stops = np.cumsum(np.concatenate([[0], *sizes])).astype(np.int32)
    ones = np.ones(len(indices), np.float32)
    return sparse.csr_matrix((ones, indices, stops), (len(encoded), len(marks)))


def fitted(
    ours: "sparse.csr_matrix",
    theirs: "sparse.csr_matrix",
    ratio: np.ndarray,
    is_class: np.ndarray,
) -> list[tuple[np.ndarray, float, np.ndarray]]:
    """One class against the rest, for each strength: weights of n-grams, intercept, margins of `theirs`."""
    from scipy import sparse
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    values = ratio[ours.indices]
    weighted = sparse.csr_matrix((values, ours.indices, ours.indptr), ours.shape)
    # L-BFGS draws nothing; the state is given so that no global one can be asked.
    model = LogisticRegression(max_iter=STEPS, warm_start=True, random_state=0)
    found = []
    for strength in STRENGTHS:
        model.set_params(C=strength)
        with warnings.catch_warnings():
            # Steps are bounded: the validation part judges whatever came out.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(weighted, is_class)
        weights = model.coef_[0] * ratio
        intercept = float(model.intercept_[0])
        found.append((weights, intercept, theirs @ weights + intercept))
    return found


def _chosen(margins: list[np.ndarray]) -> np.ndarray:
    """Classes, int64 (texts,), by the margins of each row, (texts,) each."""
    if len(margins) == 1:
        return (margins[0] > 0).astype(np.int64)
    return np.argmax(np.stack(margins, -1), -1)


def _scores(gold: np.ndarray, predicted: np.ndarray, classes: int) -> dict[str, float]:
    matrix = metrics.confusion_matrix(gold.tolist(), predicted.tolist(), classes)
    accuracy = metrics.accuracy(matrix)
    return {
        "score": accuracy,
        "accuracy": accuracy,
        "macro_f1": metrics.macro_f1(matrix),
    }
