"""One step of each cell of one sum on the rows of a batch, forward and back.

`gates` has a row for each token: on entry what the inputs give, `x W + b`; on leaving what going
back needs. The letters and the order of the gates are those of `keras.layers`. Going back, `dh` and
`dc` come in as the loss' gradients of the step's states and leave as those of the states before it;
`dz` gets those of the sums inside each gate. A row of `gates`, `dz` and `dh` is as long as full
tiles need. Constants are kept in the arrays' own type: with a plain 1, float32 would turn float64.

A cell's two functions take what `step.advance` and `step.retreat` do, and are
compiled where those are called.
"""

from collections.abc import Callable

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.activate import rows_at_once, tanhs
from seqzoo.layers.kernels.gemm import FIRST, add_product
from seqzoo.layers.kernels.records import Saved, Weights


@compiled
def activated(n: int, first: int, gates: np.ndarray, h: np.ndarray, relu: bool) -> None:
    """h = tanh(gates), or with `relu` their positive part."""
    units, zero = h.shape[1], h.dtype.type(0)
    if not relu:
        at_once = rows_at_once(n, units)
        for r in range(0, n, at_once):
            tanhs(at_once, first + r, gates, FIRST, units)
    for r in range(n):
        z, out = gates[first + r], h[r]
        for j in range(units):
            out[j] = zero if relu and z[j] < zero else z[j]


@compiled
def activated_back(
    n: int, p: int, hs: np.ndarray, dh: np.ndarray, dz: np.ndarray, first: int, relu: bool
) -> None:
    """Gradients of the sums from those of the states after, `hs`."""
    zero = dh.dtype.type(0)
    for r in range(n):
        h, d, out = hs[p + r], dh[r], dz[first + r]
        if relu:
            for j in range(h.size):
                out[j] = zero if h[j] == zero else d[j]
        else:
            for j in range(h.size):
                out[j] = d[j] - d[j] * h[j] * h[j]


def simple_rnn_of(relu: bool) -> Callable:
    """h = f(x W + b + h U)."""

    def simple_rnn(
        n: int,
        first: int,
        gates: np.ndarray,
        h: np.ndarray,
        c: np.ndarray,
        weights: Weights,
    ) -> None:
        add_product(n, h, FIRST, FIRST, weights.u, gates, first, FIRST)
        activated(n, first, gates, h, relu)

    return simple_rnn


def simple_rnn_back_of(relu: bool) -> Callable:
    """The way back of `simple_rnn_of`."""

    def simple_rnn_back(
        n: int,
        at: int,
        saved: Saved,
        past: np.ndarray,
        past_c: np.ndarray,
        earlier: int,
        now: tuple,
        weights: Weights,
        gradients: Weights,
    ) -> None:
        dh, _, dz, first = now
        activated_back(n, at, saved.hs, dh, dz, first, relu)
        dh[:n] = dh.dtype.type(0)
        add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)

    return simple_rnn_back


def independent_of(relu: bool) -> Callable:
    """h = f(x W + b + u h), u a vector: each unit sees itself alone."""

    def independent(
        n: int,
        first: int,
        gates: np.ndarray,
        h: np.ndarray,
        c: np.ndarray,
        weights: Weights,
    ) -> None:
        u = weights.more
        for r in range(n):
            z, state = gates[first + r], h[r]
            for j in range(state.size):
                z[j] += u[j] * state[j]
        activated(n, first, gates, h, relu)

    return independent


def independent_back_of(relu: bool) -> Callable:
    """The gradients of u are added to."""

    def independent_back(
        n: int,
        at: int,
        saved: Saved,
        past: np.ndarray,
        past_c: np.ndarray,
        earlier: int,
        now: tuple,
        weights: Weights,
        gradients: Weights,
    ) -> None:
        dh, _, dz, first = now
        u, d_u = weights.more, gradients.more
        activated_back(n, at, saved.hs, dh, dz, first, relu)
        for r in range(n):
            before, d, out = past[earlier + r], dh[r], dz[first + r]
            for j in range(before.size):
                d[j] = out[j] * u[j]
                d_u[j] += out[j] * before[j]

    return independent_back


def linear(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> None:
    """g = tanh(x W + b); h = h + g."""
    tanh_added(n, first, gates, h)


def linear_back(
    n: int,
    at: int,
    saved: Saved,
    past: np.ndarray,
    past_c: np.ndarray,
    earlier: int,
    now: tuple,
    weights: Weights,
    gradients: Weights,
) -> None:
    """The way back of `linear`."""
    dh, _, dz, first = now
    tanh_added_back(n, at, saved.gates, dh, dz, first, past.shape[1])


def residual(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> None:
    """g = tanh(x W + b + h U); h = h + g."""
    add_product(n, h, FIRST, FIRST, weights.u, gates, first, FIRST)
    tanh_added(n, first, gates, h)


def residual_back(
    n: int,
    at: int,
    saved: Saved,
    past: np.ndarray,
    past_c: np.ndarray,
    earlier: int,
    now: tuple,
    weights: Weights,
    gradients: Weights,
) -> None:
    """The way back of `residual`."""
    dh, _, dz, first = now
    tanh_added_back(n, at, saved.gates, dh, dz, first, past.shape[1])
    add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)


@compiled
def tanh_added(n: int, first: int, gates: np.ndarray, h: np.ndarray) -> None:
    """h = h + tanh(gates), which become tanh."""
    units = h.shape[1]
    at_once = rows_at_once(n, units)
    for r in range(0, n, at_once):
        tanhs(at_once, first + r, gates, FIRST, units)
    for r in range(n):
        g, out = gates[first + r], h[r]
        for j in range(units):
            out[j] += g[j]


@compiled
def tanh_added_back(
    n: int,
    p: int,
    gates: np.ndarray,
    dh: np.ndarray,
    dz: np.ndarray,
    first: int,
    units: int,
) -> None:
    """Gradients of the sums from those of the states after: dz = dh (1 - g^2)."""
    for r in range(n):
        g, d, out = gates[p + r], dh[r], dz[first + r]
        for j in range(units):
            out[j] = d[j] - d[j] * g[j] * g[j]
