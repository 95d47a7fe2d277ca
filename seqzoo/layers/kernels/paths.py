"""The best paths of linear chains (Viterbi 1967), a row at a time; see `layers.chain`.

A row on which every path is banned gets tag 0 throughout.
"""

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.chain import real_steps


def best_path(potentials: np.ndarray) -> np.ndarray:
    """The best path, int32 (batch, time), 0 at masked steps.

    Args:
        potentials: as `chain.forward_backward` takes them.
    """
    tags = np.zeros(potentials.shape[:2], np.int32)
    _by_potentials(np.ascontiguousarray(potentials), real_steps(potentials), tags)
    return tags


def best_path_by_parts(
    emissions: np.ndarray,
    real: np.ndarray,
    start: np.ndarray,
    transitions: np.ndarray,
    end: np.ndarray,
) -> np.ndarray:
    """The same of a chain whose weights are not written out for each step.

    Scores are added in double precision and in one order everywhere, so that ties come out alike in what
    is exported: the best of score and transition, then the emission, then at the last step the end.

    Args:
        emissions: float (batch, time, tags).
        real: bool (batch, time).
        start, transitions, end: float64 (tags,), (tags, tags), (tags,).

    Raises:
        ValueError: where shapes don't fit; compiled code would read past an array's end.
    """
    count = emissions.shape[2]
    found = [real.shape, start.shape, transitions.shape, end.shape]
    expected = [emissions.shape[:2], (count,), (count, count), (count,)]
    if found != expected:
        raise ValueError(
            f"mask, start, transitions, end: expected shapes {expected}; got {found}"
        )
    tags = np.zeros(emissions.shape[:2], np.int32)
    _by_parts(np.ascontiguousarray(emissions), real, start, transitions, end, tags)
    return tags


@compiled
def _by_potentials(potentials, real, tags):
    batch, time, _, count = potentials.shape
    origins = np.empty((time, count), np.int32)
    scores, best = np.empty(count), np.empty(count)
    for b in range(batch):
        scores[:] = -np.inf
        scores[0] = 0.0
        for t in range(time):
            if real[b, t]:
                _reach(scores, potentials[b, t], best, origins[t])
                for j in range(count):
                    scores[j] = best[j]
        _follow(scores, origins, real[b], tags[b])


@compiled
def _by_parts(emissions, real, start, transitions, end, tags):
    batch, time, count = emissions.shape
    origins = np.empty((time, count), np.int32)
    scores, best = np.empty(count), np.empty(count)
    for b in range(batch):
        begun = False
        scores[:] = 0.0
        for t in range(time):
            if real[b, t]:
                if begun:
                    _reach(scores, transitions, best, origins[t])
                else:
                    for j in range(count):
                        best[j] = start[j]
                for j in range(count):
                    scores[j] = best[j] + emissions[b, t, j]
                begun = True
        for j in range(count):
            scores[j] += end[j]
        _follow(scores, origins, real[b], tags[b])


@compiled
def _reach(scores, step, best, origin):
    """The best way to each tag, and the tag before; of equals the first, 0 where none is a number."""
    count = len(scores)
    best[:] = -np.inf
    origin[:] = 0
    for i in range(count):
        score = scores[i]
        for j in range(count):
            way = score + step[i, j]
            better = way > best[j]
            best[j] = way if better else best[j]
            origin[j] = i if better else origin[j]


@compiled
def _follow(scores, origins, real, tags):
    """From the best end back to the start."""
    place = np.argmax(scores)
    if not scores[place] > -np.inf:
        return
    for t in range(len(real) - 1, -1, -1):
        if real[t]:
            tags[t] = place
            place = origins[t, place]
