"""The naive model beside a regressor's scores: ridge regression on words and pairs of words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.pipeline.encoded import Encoded

if TYPE_CHECKING:
    from scipy import sparse

COLUMNS = 50_000  # n-grams at most: those in the most training texts
BUCKETS = 2**22  # of hashed n-grams
TEXTS = 50_000  # training texts at most, evenly spaced
CHUNK = 1024  # texts read together
WEIGHTINGS = ("counts", "binary", "unit")
PENALTIES = tuple(10 ** (power / 2) for power in range(8, -3, -1))  # from 10,000 to 0.1
STEPS = 200  # of the conjugate gradient


class Ridge:
    """A fitted ridge regression on uni- and bigrams of ids.

    Args:
        grams: which n-grams count, and how they are weighted.
        coefficients: float (columns,).
        intercept: added to each answer.
        about: how it was chosen.
    """

    def __init__(
        self, grams: "Grams", coefficients: np.ndarray, intercept: float, about: str
    ):
        self.grams, self.coefficients, self.intercept = grams, coefficients, intercept
        self.about = about

    def __call__(self, encoded: Encoded) -> np.ndarray:
        """Standardised numbers, float64 (rows,), of encoded texts."""
        matrix = self.grams.matrix(encoded, np.arange(len(encoded)))
        return matrix @ self.coefficients + self.intercept


class Grams:
    """From ids to counts of n-grams, a column each.

    Args:
        train: encoded texts, whose most frequent n-grams get a column.
        rows: int (rows,), of the texts to count in.
        size: ids of the vocabulary.
    """

    def __init__(self, train: Encoded, rows: np.ndarray, size: int):
        self.size, self.weighting = size, "counts"
        texts = np.zeros(BUCKETS, np.int64)
        for _, buckets in self._counted(train, rows):
            texts += np.bincount(buckets, minlength=BUCKETS)
        chosen = np.argsort(-texts, kind="stable")[:COLUMNS]
        chosen = np.sort(chosen[texts[chosen] > 0])
        self.columns = len(chosen)
        self.column_of = np.full(BUCKETS, -1, np.int32)
        self.column_of[chosen] = np.arange(len(chosen))

    def matrix(self, encoded: Encoded, rows: np.ndarray) -> "sparse.csr_matrix":
        """Weighted n-grams of some rows: float64 (rows, columns).

        The weighting is `counts`; `binary`, 1 for each n-gram in a text; or `unit`, the same, divided by
        the row's norm.
        """
        from scipy import sparse

        parts = []
        for chunk in _chunks(rows):
            texts, buckets = self._grams(encoded, chunk)
            columns = self.column_of[buckets]
            there = columns >= 0
            ones = np.ones(int(there.sum()))
            shape = (len(chunk), self.columns)
            # Equal places are added up.
            parts.append(sparse.csr_matrix((ones, (texts[there], columns[there])), shape))
        return weighted(sparse.vstack(parts, "csr"), self.weighting)

    def _counted(
        self, encoded: Encoded, rows: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Texts and buckets of each chunk, each n-gram once a text."""
        for chunk in _chunks(rows):
            texts, buckets = self._grams(encoded, chunk)
            both = np.unique(texts * BUCKETS + buckets)
            yield both // BUCKETS, both % BUCKETS

    def _grams(self, encoded: Encoded, chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All n-grams of a chunk: number of the text in it, and bucket; int64 (n-grams,) both."""
        ids = encoded.rows(chunk)["tokens"].astype(np.int64)  # (texts, time)
        texts, times = np.nonzero(ids)
        first, second = ids[:, :-1], ids[:, 1:]
        before, pairs = np.nonzero(second)  # padding is on the right: the first is one, too
        bigrams = self.size * (1 + first[before, pairs]) + second[before, pairs]
        keys = np.concatenate([ids[texts, times], bigrams])
        return np.concatenate([texts, before]), self._hashed(keys)

    def _hashed(self, keys: np.ndarray) -> np.ndarray:
        if self.size * (1 + self.size) <= BUCKETS:
            return keys
        # Fibonacci hashing (Knuth, volume 3, section 6.4): the upper bits of a product.
        product = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (product >> np.uint64(64 - BUCKETS.bit_length() + 1)).astype(np.int64)


def weighted(counts: "sparse.csr_matrix", weighting: str) -> "sparse.csr_matrix":
    """Counts of n-grams (rows, columns), weighted; see `Grams.matrix`."""
    from scipy import sparse

    if weighting == "counts":
        return counts
    binary = counts.sign()
    if weighting == "binary":
        return binary
    norms = np.sqrt(np.maximum(np.diff(binary.indptr), 1))
    return sparse.diags(1 / norms) @ binary


def fit(train: Encoded, validation: Encoded, size: int) -> Ridge:
    """Fit a ridge regression on the training part; penalty and weighting are chosen on the validation part.

    Args:
        train, validation: with columns `tokens` and `target`.
        size: ids of the vocabulary.
    """
    from sklearn import linear_model

    rows = np.unique(
        np.linspace(0, len(train) - 1, min(len(train), TEXTS)).astype(np.int64)
    )
    grams = Grams(train, rows, size)
    counts = grams.matrix(train, rows), grams.matrix(validation, np.arange(len(validation)))
    targets = train.numbers("target")[rows].astype(np.float64)
    held_out = validation.numbers("target").astype(np.float64)
    best: tuple[Any, str, float] | None = None  # model, weighting, penalty
    least = np.inf
    for weighting in WEIGHTINGS:
        ours, theirs = (weighted(matrix, weighting) for matrix in counts)
        before = np.inf
        for penalty in PENALTIES:
            model = linear_model.Ridge(penalty, solver="sparse_cg", max_iter=STEPS)
            model.fit(ours, targets)
            error = float(np.mean((model.predict(theirs) - held_out) ** 2))
            if best is None or error < least:
                best, least = (model, weighting, penalty), error
            # Smaller penalties take longer, and from here on they fit noise.
            if error > before:
                break
            before = error
    assert best is not None
    model, grams.weighting, penalty = best
    about = f"{grams.weighting}, penalty {penalty:.3g}"
    return Ridge(grams, model.coef_, float(model.intercept_), about)


def _chunks(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
