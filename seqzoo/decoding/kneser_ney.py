"""Counting an n-gram model: interpolated Kneser-Ney smoothing.

Kneser & Ney 1995, interpolated and with three discounts as by Chen & Goodman 1999 ("An empirical study of
smoothing techniques for language modeling", section 3). Of the longest n-grams c(hw) is how often one came;
of shorter ones, how many different tokens came before it. With a discount D of each count,

    p(w | h) = (c(hw) - D) / c(h) + b(h) p(w | h')

where c(h) is the sum of c(hw) over all w, b(h) what the discounts leave, and h' is h without its first token.
Below the n-grams of one token stands the uniform distribution over all tokens that can come.
"""

import itertools
from collections.abc import Collection, Iterable

import numpy as np

from seqzoo.decoding.ngram import NGram

HALF = 0.5  # the discount where counts are too few to reckon one


def fit(
    sequences: Iterable[np.ndarray],
    size: int,
    order: int,
    *,
    begin: int,
    never: Collection[int] = (),
) -> NGram:
    """Count the n-grams of sequences.

    Args:
        sequences: ids, int (time,) each; their ends are among them, if ends are to be foreseen.
        size: ids of the vocabulary.
        order: tokens of the longest n-grams, at least 1.
        begin: the id that stands before the first token of each sequence.
        never: ids that never come, whose probability is 0; `begin` may be one.

    Returns:
        The model. N-grams that begin a sequence have nothing before them: they count as often as they come.

    Raises:
        ValueError: if there is no token, or one that never comes.
    """
    tokens, places = _flat(sequences, begin)
    coming = tokens[places > 0]
    if not len(coming) or np.isin(coming, list(never)).any():
        raise ValueError("sequences: expected tokens, none of them one that never comes")

    levels = _levels(tokens, places, size, order)
    counts = _counts(levels)
    words = np.ones(size, bool)
    words[list(never)] = False
    probabilities = _unigrams(counts[0], words)
    backoffs = [np.ones(len(counts[0]))]
    every = [probabilities]
    start = 1  # first node of the length before
    for level, count in zip(levels[1:], counts[1:], strict=True):
        parents = level.keys // size - start
        probabilities, weights = _interpolated(
            count, parents, probabilities[level.suffixes], len(probabilities)
        )
        backoffs[-1] = weights
        every.append(probabilities)
        backoffs.append(np.ones(len(probabilities)))
        start += len(weights)
    with np.errstate(divide="ignore"):  # tokens that never come
        log_probs = np.log(np.concatenate(every))
    keys = np.concatenate([level.keys for level in levels])
    lengths = [len(level.keys) for level in levels]
    return NGram(size, lengths, keys, log_probs, np.log(np.concatenate(backoffs)))


class _Level:
    """The n-grams of one length.

    Attributes:
        keys: of their nodes, int64 (n-grams,), ascending.
        times: how often each came, int64 (n-grams,).
        suffixes: the place of each without its first token among those of the length before.
    """

    def __init__(self, keys: np.ndarray, times: np.ndarray, suffixes: np.ndarray):
        self.keys, self.times, self.suffixes = keys, times, suffixes


def discounts(counts: np.ndarray) -> np.ndarray:
    """The discounts of counts 1, 2, and 3 or more: float64 (3,).

    Those of Chen & Goodman 1999, equation 17; where counts are too few for these, one for all, that of Kneser
    & Ney 1995; where there are too few for that, a half.

    Args:
        counts: of n-grams of one length, int (n-grams,).
    """
    one, two, three, four = (int((counts == count).sum()) for count in (1, 2, 3, 4))
    if not one or not two:
        return np.full(3, HALF)
    share = one / (one + 2 * two)
    if three and four:
        found = np.array([
            1 - 2 * share * two / one,
            2 - 3 * share * three / two,
            3 - 4 * share * four / three,
        ])  # fmt: skip
        if (found > 0).all():
            return found
    return np.full(3, share)


def _flat(sequences: Iterable[np.ndarray], begin: int) -> tuple[np.ndarray, np.ndarray]:
    """All sequences, each behind `begin`, and the place of each token in its own: int64 (time,) both."""
    parts = [np.concatenate([[begin], ids]).astype(np.int64) for ids in sequences]
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    places = [np.arange(len(part)) for part in parts]
    return np.concatenate(parts), np.concatenate(places)


def _levels(tokens: np.ndarray, places: np.ndarray, size: int, order: int) -> list[_Level]:
    """The n-grams of one token to `order` tokens, at most as long as the longest sequence has them.

    Args:
        tokens, places: see `_flat`.
        size, order: see `fit`.
    """
    unigrams = np.arange(size)
    times = np.bincount(tokens[places > 0], minlength=size)
    levels = [_Level(unigrams, times, np.zeros(size, np.int64))]
    # The place, among those of its length, of the n-gram that ends with each token.
    ending, start = tokens, 1
    for length in range(2, order + 1):
        (there,) = np.nonzero(places >= length - 1)
        if not len(there):
            break
        keys = (start + ending[there - 1]) * size + tokens[there]
        keys, first, found, times = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        suffixes = ending[there[first]]
        start += len(levels[-1].keys)
        levels.append(_Level(keys, times, suffixes))
        ending = ending.copy()
        ending[there] = found
    return levels


def _counts(levels: list[_Level]) -> list[np.ndarray]:
    """What each n-gram counts, int64 (n-grams,) of each length: see the module."""
    counts = []
    for level, longer in itertools.pairwise(levels):
        before = np.bincount(longer.suffixes, minlength=len(level.keys))
        counts.append(np.where(before > 0, before, level.times))
    return [*counts, levels[-1].times]


def _unigrams(counts: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Probabilities of single tokens, float64 (size,).

    Args:
        counts: int64 (size,).
        words: which of them can come, bool (size,).
    """
    taken = _taken(counts)
    return ((counts - taken) + taken.sum() * words / words.sum()) / counts.sum()


def _interpolated(
    counts: np.ndarray, parents: np.ndarray, shorter: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of n-grams, float64 (n-grams,), and the weight b of each context, float64 (contexts,).

    Args:
        counts: of the n-grams, int64 (n-grams,).
        parents: the context of each, int64 (n-grams,).
        shorter: the probability of each without its first token, float64 (n-grams,).
        number: of contexts.
    """
    taken = _taken(counts)
    totals = np.bincount(parents, counts, number)
    left = np.bincount(parents, taken, number)
    weights = np.divide(left, totals, out=np.ones(number), where=totals > 0)
    own = (counts - taken) / totals[parents]
    return own + weights[parents] * shorter, weights


def _taken(counts: np.ndarray) -> np.ndarray:
    """The discount of each count, float64 (n-grams,); 0 of 0."""
    by_count = np.concatenate([[0.0], discounts(counts)])
    return by_count[np.minimum(counts, 3)]
