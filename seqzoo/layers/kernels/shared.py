"""One step of a GRU from every state with every input: a few inputs serve all rows, a state several inputs.

`given` has a row for each place, target by target, `x W + b`; `past` and `h` a row for each state, `h U + b`
and the state itself. Row r is of target r modulo the number of targets. The products are made before; here
is what follows them, forward and back. Going back, the gates are computed again: that is quicker than to keep
them.
"""

import itertools
from typing import NamedTuple

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.batch import pool
from seqzoo.layers.kernels.math import sigmoid, tanh
from seqzoo.layers.kernels.memory import empty, zeros

SMALL = 2**16  # outputs below which a second thread costs more than it brings


class Gradients(NamedTuple):
    """Of `given`, `past` and `h`, of their shapes."""

    given: np.ndarray
    past: np.ndarray
    h: np.ndarray


def forward(given: np.ndarray, past: np.ndarray, h: np.ndarray, threads: int) -> np.ndarray:
    """The states behind the step, (rows, places of a target, units).

    Args:
        given: (targets, places of a target, 3 * units).
        past: (rows, 3 * units), rows a multiple of targets.
        h: (rows, units).
        threads: how many may run at once.
    """
    out = empty((len(h), given.shape[1], h.shape[1]), h.dtype)
    _share(lambda a, b: _forward(a, b, given, past, h, out), out, threads, given.shape[0])
    return out


def backward(
    given: np.ndarray, past: np.ndarray, h: np.ndarray, d_out: np.ndarray, threads: int
) -> Gradients:
    """The gradients, of those of the states behind the step, `d_out`; see `forward`."""
    d_past, d_h = empty(past.shape, h.dtype), empty(h.shape, h.dtype)

    def work(first: int, last: int) -> np.ndarray:
        d_given = zeros(given.shape, h.dtype)
        _backward(first, last, given, past, h, d_out, d_given, d_past, d_h)
        return d_given

    parts = _share(work, d_out, threads, given.shape[0])
    return Gradients(sum(parts[1:], parts[0]), d_past, d_h)


def _share(work, outputs, threads, targets):
    """The results of the work on all rows, in as many parts as there are threads."""
    windows = len(outputs) // targets
    parts = 1 if outputs.size < SMALL else max(1, min(threads, windows))
    edges = [targets * (windows * part // parts) for part in range(parts + 1)]
    spans = list(itertools.pairwise(edges))
    others = [pool().submit(work, *span) for span in spans[1:]]
    return [work(*spans[0]), *(other.result() for other in others)]


@compiled
def _forward(
    first: int,
    last: int,
    given: np.ndarray,
    past: np.ndarray,
    h: np.ndarray,
    out: np.ndarray,
) -> None:
    """Rows from `first` to `last`: z, r = sigmoid(x + q); g = tanh(x + r q); g + z (h - g)."""
    targets, places, units = given.shape[0], given.shape[1], h.shape[1]
    for row in range(first, last):
        q, state = past[row], h[row]
        for place in range(places):
            x, after = given[row % targets, place], out[row, place]
            for j in range(units):
                z, r = sigmoid(x[j] + q[j]), sigmoid(x[units + j] + q[units + j])
                g = tanh(x[2 * units + j] + r * q[2 * units + j])
                after[j] = g + z * (state[j] - g)


@compiled
def _backward(
    first: int,
    last: int,
    given: np.ndarray,
    past: np.ndarray,
    h: np.ndarray,
    d_out: np.ndarray,
    d_given: np.ndarray,
    d_past: np.ndarray,
    d_h: np.ndarray,
) -> None:
    """The way back; `d_given` is added to, rows from `first` to `last` of the others are set."""
    targets, places = given.shape[0], given.shape[1]
    for row in range(first, last):
        q, state, d_q, d_state = past[row], h[row], d_past[row], d_h[row]
        d_q[:] = d_q.dtype.type(0)
        d_state[:] = d_state.dtype.type(0)
        for place in range(places):
            x, d_x = given[row % targets, place], d_given[row % targets, place]
            _row_back(x, q, state, d_out[row, place], d_x, d_q, d_state)


@compiled
def _row_back(
    x: np.ndarray,
    q: np.ndarray,
    state: np.ndarray,
    d: np.ndarray,
    d_x: np.ndarray,
    d_q: np.ndarray,
    d_state: np.ndarray,
) -> None:
    """Add the gradients of one place of one row."""
    units = state.size
    for j in range(units):
        z, r = sigmoid(x[j] + q[j]), sigmoid(x[units + j] + q[units + j])
        g = tanh(x[2 * units + j] + r * q[2 * units + j])
        through = d[j] * z
        d_state[j] += through
        d_z = d[j] * (state[j] - g) * (z - z * z)
        part = d[j] - through
        d_g = part - part * g * g
        d_r = d_g * q[2 * units + j] * (r - r * r)
        d_x[j] += d_z
        d_q[j] += d_z
        d_x[units + j] += d_r
        d_q[units + j] += d_r
        d_x[2 * units + j] += d_g
        d_q[2 * units + j] += d_g * r
