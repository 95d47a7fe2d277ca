"""A token drawn from the scores of a whole vocabulary, in NumPy; see `seqzoo.decoding.draw`."""

from __future__ import annotations

import numpy as np

from seqzoo.decoding.walk import check_draws


def drawn_token(
    log_probs: np.ndarray,
    drawn: float,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> int:
    """The id of a token, drawn by its probability.

    Args:
        log_probs: float (vocabulary,), of any sum; minus infinity for what must not come.
        drawn: a number evenly from [0, 1).
        temperature: log-probabilities are divided by it.
        top_k: draw from the k likeliest alone; of equals the lower id is likelier.
        top_p: draw from the fewest likeliest whose probabilities sum to it or more.

    Raises:
        InputError: on a number out of its range.
    """
    check_draws(temperature, top_k, top_p)
    if top_k is None and top_p is None:  # no order is needed
        sums = np.cumsum(_weights(log_probs, temperature))
        return _place(sums, sums[-1], drawn)
    values = np.sort(log_probs)[::-1][:top_k]  # (at most k,), the likeliest first
    weights = _weights(values, temperature)
    sums = np.cumsum(weights / weights.sum())
    before = np.concatenate([[0.0], sums[:-1]])
    kept = int((before < (1.0 if top_p is None else top_p)).sum())  # the first always
    place = min(_place(sums, sums[kept - 1], drawn), kept - 1)

    # Equals stand in the order of their ids.
    ids = np.flatnonzero(log_probs == values[place])
    return int(ids[place - int((log_probs > values[place]).sum())])


def _weights(log_probs: np.ndarray, temperature: float) -> np.ndarray:
    """What a token is drawn in proportion to, float64, 1 for the likeliest: nothing overflows."""
    wide = log_probs.astype(np.float64)
    return np.exp((wide - wide.max()) / temperature)


def _place(sums: np.ndarray, total: float, drawn: float) -> int:
    """How many of the sums (many,) lie at or below a drawn share of the total.

    A share that was rounded up to 1 takes the last with a weight: behind it the sums grow no more.
    """
    below = (sums <= drawn * total) & (sums < total)
    return min(int(below.sum()), len(sums) - 1)
