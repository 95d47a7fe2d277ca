"""Linear chains on (batch, time, tags, tags) log weights, a row at a time; see `layers.chain`."""

import math

import numpy as np

from seqzoo.layers.kernels import compiled


@compiled
def forward_backward(potentials, start, total, pairs):
    """Log partition of each row into `total`, the pairs' probabilities into `pairs`.

    Args:
        potentials: (batch, time, tags, tags).
        start: (tags,), log weights of the states before the first step.
        total: (batch,), written.
        pairs: as `potentials`, written.
    """
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
    scores, next_scores = np.empty(count), np.empty(count)
    for b in range(batch):
        scores[:] = start
        for t in range(time):
            for j in range(count):
                origin = 0
                for i in range(1, count):
                    if scores[i] + potentials[b, t, i, j] > scores[origin] + potentials[b, t, origin, j]:
                        origin = i
                origins[t, j] = origin
                next_scores[j] = scores[origin] + potentials[b, t, origin, j]
            scores[:] = next_scores
        place = np.argmax(scores)
        for t in range(time - 1, -1, -1):
            tags[b, t] = place
            place = origins[t, place]
