"""Linear chains on (batch, time, tags, tags) log weights, a row at a time; see `layers.chain`."""

import math

import numpy as np

from seqzoo.layers.kernels import compiled


def forward_backward(potentials, start):
    """Log partition of each row (batch,) and the pairs' probabilities, as `potentials`.

    Args:
        potentials: float32 or float64 (batch, time, tags, tags).
        start: (tags,), log weights of the states before the first step.
    """
    top = potentials.max(axis=(2, 3), keepdims=True)
    weights = np.exp(potentials - top)
    total, pairs = top.sum(axis=(1, 2, 3), dtype=np.float64), np.empty_like(potentials)
    _scaled(weights, np.exp(start), total, pairs)
    lost = np.flatnonzero(~np.isfinite(total))
    if len(lost):  # all that is left of a row is too unlikely for plain numbers, or not finite
        rows, row_pairs = np.empty(len(lost)), np.empty_like(potentials[lost])
        _logarithms(potentials[lost], start, rows, row_pairs)
        total[lost], pairs[lost] = rows, row_pairs
    return total.astype(potentials.dtype), pairs


@compiled
def _scaled(weights, start, total, pairs):
    """In plain numbers, brought back to a sum of 1 at each step (Rabiner 1989, section V.A).

    `weights` are at most 1 at each step; `total` comes with the logarithms of what they were divided
    by, and leaves infinite where a row's weights vanish.
    """
    batch, time, tags, _ = weights.shape
    alphas, scales = np.zeros((time + 1, tags)), np.empty(time)
    beta, before = np.empty(tags), np.empty(tags)
    for b in range(batch):
        alphas[0] = start
        for t in range(time):
            old, new = alphas[t], alphas[t + 1]
            new[:] = 0.0
            for i in range(tags):
                row = weights[b, t, i]
                for j in range(tags):
                    new[j] += old[i] * row[j]
            scale = new.sum()
            scales[t] = scale
            new /= scale
            total[b] += math.log(scale) if scale > 0.0 else -np.inf
        if not math.isfinite(total[b]):
            continue
        beta[:] = 1.0
        for t in range(time - 1, -1, -1):
            for i in range(tags):
                row, out, left = weights[b, t, i], pairs[b, t, i], alphas[t, i] / scales[t]
                onward = 0.0
                for j in range(tags):
                    weight = row[j] * beta[j]
                    onward += weight
                    out[j] = left * weight
                before[i] = onward / scales[t]
            beta[:] = before


@compiled
def _logarithms(potentials, start, total, pairs):
    """The same in logarithms, slower, for whatever weights."""
    batch, time, tags, _ = potentials.shape
    alphas, beta, before = np.empty((time + 1, tags)), np.empty(tags), np.empty(tags)
    for b in range(batch):
        alphas[0] = start
        for t in range(time):
            for j in range(tags):
                alphas[t + 1, j] = _log_sum(alphas[t], potentials[b, t, :, j], tags)
        total[b] = _log_sum(alphas[time], np.zeros(tags), tags)
        beta[:] = 0.0
        for t in range(time - 1, -1, -1):
            for i in range(tags):
                for j in range(tags):
                    weight = alphas[t, i] + potentials[b, t, i, j] + beta[j] - total[b]
                    pairs[b, t, i, j] = math.exp(weight)
                before[i] = _log_sum(beta, potentials[b, t, i], tags)
            beta[:] = before


@compiled
def _log_sum(a, b, count):
    """log(sum(exp(a + b)))."""
    top = -np.inf
    for i in range(count):
        top = max(top, a[i] + b[i])
    if not math.isfinite(top):
        return top
    total = 0.0
    for i in range(count):
        total += math.exp(a[i] + b[i] - top)
    return top + math.log(total)


@compiled
def best_path(potentials, start, tags):
    """The best path of each row into `tags`, int32 (batch, time)."""
    batch, time, count, _ = potentials.shape
    origins = np.empty((time, count), np.int32)
    scores, best = np.empty(count), np.empty(count)
    for b in range(batch):
        scores[:] = start
        for t in range(time):
            origin = origins[t]
            best[:], origin[:] = -np.inf, 0  # 0 stays where weights are not numbers
            for i in range(count):
                row, score = potentials[b, t, i], scores[i]
                for j in range(count):
                    if score + row[j] > best[j]:
                        best[j], origin[j] = score + row[j], i
            scores[:] = best
        place = np.argmax(scores)
        for t in range(time - 1, -1, -1):
            tags[b, t] = place
            place = origins[t, place]
