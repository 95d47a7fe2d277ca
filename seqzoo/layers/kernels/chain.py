"""Linear chains on (batch, time, tags, tags) log weights, a row at a time; see `layers.chain`.

Forward filtering, backward smoothing. Going forward, each step keeps how likely each tag before is,
*given* the tag behind it: alpha'_j = log sum_i exp(alpha_i + w_ij) and q_ij = exp(alpha_i + w_ij - alpha'_j).
Going back, pairs_ij = p_j q_ij and p_i = sum_j pairs_ij. There is no backward score: all that is multiplied
lies in [0, 1], so that nothing overflows and no infinity meets a zero.
"""

import math

import numpy as np

from seqzoo.layers.kernels import compiled, compiled_in_any_order
from seqzoo.layers.kernels.math import exponential


def forward_backward(potentials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log partition of each row (batch,) and the pairs' probabilities, as `potentials`.

    Args:
        potentials: float32 or float64 (batch, time, tags, tags), or (batch, time, tags + 1, tags) with
            the steps' flags below.
    """
    potentials = np.ascontiguousarray(potentials)
    total, pairs = np.empty(len(potentials), potentials.dtype), np.zeros_like(potentials)
    _every_row(potentials, real_steps(potentials), total, pairs)
    return total, pairs


def log_likelihood(
    labels: np.ndarray, potentials: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log probability of labels (batch,) and its gradient, as `potentials`.

    Args:
        labels: int32 (batch, time), -1 where the tag is not known, or bool (batch, time, tags).
        potentials: as in `forward_backward`.
    """
    potentials = np.ascontiguousarray(potentials)
    count = potentials.shape[3]
    if labels.ndim == 3:
        allowed = labels
    else:
        allowed = (labels[:, :, None] == np.arange(count)) | (labels < 0)[:, :, None]
    real = real_steps(potentials)
    path = np.where(real, allowed.argmax(axis=2), 0)
    # The rest of the rows has one path each, whose weight is a sum.
    known = (~real | (allowed.sum(axis=2) == 1)).all(axis=1)
    value, gradient = np.empty(len(potentials), potentials.dtype), np.zeros_like(potentials)
    _labelled_rows(
        potentials, real, np.ascontiguousarray(allowed), path, known, value, gradient
    )
    return value, gradient


def real_steps(potentials: np.ndarray) -> np.ndarray:
    """Which steps are not masked, bool (batch, time)."""
    rows, count = potentials.shape[2:]
    return (
        potentials[:, :, count, 0] > 0
        if rows > count
        else np.ones(potentials.shape[:2], bool)
    )


@compiled
def _every_row(potentials, real, total, pairs):
    batch, time, _, tags = potentials.shape
    everything = np.ones((time, tags), np.bool_)
    inverses, alpha = np.empty((time, tags)), np.empty(tags)
    for b in range(batch):
        total[b] = _filter(potentials[b], real[b], everything, alpha, pairs[b], inverses)
        for t in range(time - 1, -1, -1):
            if real[b, t]:
                _spread(pairs[b, t], inverses[t], alpha, 1.0)


@compiled
def _labelled_rows(potentials, real, allowed, path, known, value, gradient):
    batch, time, _, tags = potentials.shape
    everything = np.ones((time, tags), np.bool_)
    inverses, alpha = np.empty((time, tags)), np.empty(tags)
    for b in range(batch):
        row, there, slope = potentials[b], real[b], gradient[b]
        every = _filter(row, there, everything, alpha, slope, inverses)
        if known[b]:
            some = _weight(row, there, path[b])
            if not (some == -np.inf or every == -np.inf):
                _less_path(slope, there, path[b], inverses, alpha)
        else:
            some = _less_fitting(row, there, allowed[b], every, slope, inverses, alpha)
        value[b] = some - every
        if some == -np.inf or every == -np.inf:  # what cannot be has no slope
            value[b] = -np.inf
            slope[:] = 0.0


@compiled
def _weight(row, real, path):
    """The log weight of one path, whatever its tags."""
    total, before = 0.0, 0
    for t in range(len(real)):
        if real[t]:
            total += row[t, before, path[t]]
            before = path[t]
    return total


@compiled
def _less_path(slope, real, path, inverses, p):
    """One path's pairs less those of all paths, into `slope`, which holds the steps' shares."""
    for t in range(len(real) - 1, -1, -1):
        if real[t]:
            # Subtracted before it is rounded: of a path that is all but sure something is left.
            now, before = path[t], 0
            for earlier in range(t - 1, -1, -1):
                if real[earlier]:
                    before = path[earlier]
                    break
            rest = 1.0 - slope[t, before, now] * inverses[t, now] * p[now]
            _spread(slope[t], inverses[t], p, -1.0)
            slope[t, before, now] = rest


@compiled
def _less_fitting(row, real, allowed, every, slope, inverses, p):
    """The pairs of the paths that fit less those of all, into `slope`; the log weight of those that fit."""
    time, tags = allowed.shape
    shares, others, fitting = np.zeros_like(slope), np.empty((time, tags)), np.empty(tags)
    some = _filter(row, real, allowed, fitting, shares, others)
    if not (some == -np.inf or every == -np.inf):
        for t in range(time - 1, -1, -1):
            if real[t]:
                _spread(slope[t], inverses[t], p, -1.0)
                _spread(shares[t], others[t], fitting, 1.0)
        slope += shares
    return some


@compiled
def _filter(row, real, allowed, alpha, shares, inverses):
    """Forward over a row: its log partition.

    Args:
        row: log weights (time, tags or one more, tags).
        real, allowed: bool (time,) and (time, tags), what counts.
        alpha: becomes the probabilities of the last step's tags, float64 (tags,); all 0 where no path is.
        shares: become exp(alpha_i + w_ij - the greatest of j), as `row`.
        inverses: become 1 / sum_i of these, 0 where nothing leads to j, float64 (time, tags).
    """
    tags = len(alpha)
    tops = np.empty(tags)
    alpha[:] = -np.inf
    alpha[0] = 0.0
    total = 0.0
    for t in range(len(real)):
        if real[t]:
            total += _step(row[t], allowed[t], alpha, shares[t], tops, inverses[t])
    # Each step left the greatest at 0.
    rest = 0.0
    for j in range(tags):
        alpha[j] = math.exp(alpha[j])
        rest += alpha[j]
    for j in range(tags):
        alpha[j] = alpha[j] / rest if rest != 0.0 else 0.0
    return total + math.log(rest)


@compiled
def _step(step, allowed, alpha, shares, tops, sums):
    """One step forward, `sums` as the inverses: what was taken from alpha to leave its greatest at 0."""
    tags = len(alpha)
    # Of less nothing would be left in a sum of which one part is 1; and minus infinity gives exactly 0.
    floor = np.float32(-87) if shares.itemsize == 4 else -740.0
    tops[:] = -np.inf
    for i in range(tags):
        left = alpha[i]
        for j in range(tags):
            way = left + step[i, j]
            tops[j] = way if way > tops[j] else tops[j]
    for j in range(tags):
        sums[j] = 0.0
        tops[j] = (
            0.0 if tops[j] == -np.inf else tops[j]
        )  # an infinity less itself is not a number
    for i in range(tags):
        left = alpha[i]
        for j in range(tags):
            shares[i, j] = left + step[i, j] - tops[j]
    # A loop of its own, over all that lies together: it becomes vectors where tags are few, too.
    for i in range(tags):
        for j in range(tags):
            share = shares[i, j]
            shares[i, j] = np.float32(0) if share < floor else exponential(share)
    for i in range(tags):
        for j in range(tags):
            sums[j] += shares[i, j]
    return _taken(allowed, alpha, tops, sums)


@compiled
def _taken(allowed, alpha, tops, sums):
    """alpha of sums and what was taken from them; the greatest of it is brought to 0."""
    top = -np.inf
    for j in range(len(alpha)):
        if sums[j] == 0.0 or not allowed[j]:
            alpha[j] = -np.inf
            sums[j] = 0.0
        else:
            alpha[j] = tops[j] + math.log(sums[j])
            sums[j] = 1.0 / sums[j]
        top = alpha[j] if not alpha[j] <= top else top  # a NaN stays
    if top == -np.inf:
        return top
    for j in range(len(alpha)):
        alpha[j] -= top
    return top


@compiled_in_any_order
def _spread(shares, inverses, p, sign):
    """One step back: shares become pairs of a sign; p, of the tags behind, of those before."""
    tags = len(p)
    for j in range(tags):
        inverses[j] *= p[j]
    for i in range(tags):
        total = 0.0
        for j in range(tags):
            pair = shares[i, j] * inverses[j]
            shares[i, j] = sign * pair
            total += pair
        p[i] = total
