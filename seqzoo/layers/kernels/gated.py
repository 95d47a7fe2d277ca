"""One step of LSTM and GRU on the rows of a batch, forward and back; see `cells`."""

from collections.abc import Callable

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.activate import (
    each_sigmoid,
    each_tanh,
    put_unit,
    rows_at_once,
    sigmoids,
    take_unit,
    tanhs,
)
from seqzoo.layers.kernels.gemm import FIRST, add_product
from seqzoo.layers.kernels.math import tanh
from seqzoo.layers.kernels.records import Saved, Weights


def lstm(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> None:
    """i, f, o = sigmoid(z); g = tanh(z); c = f c + i g; h = o tanh(c).

    With peepholes of three parts, i and f see the c before, o the c after; else they have no elements.
    """
    units, peephole = h.shape[1], weights.more
    add_product(n, h, FIRST, FIRST, weights.u, gates, first, FIRST)
    if rows_at_once(n, units) == 1 or peephole.size:
        for r in range(n):
            lstm_row(gates[first + r], c[r], h[r], peephole)
        return
    z, state, out = np.empty(4 * n, h.dtype), np.empty(n, h.dtype), np.empty(n, h.dtype)
    for j in range(units):
        take_unit(n, gates, first, j, units, z)
        take_unit(n, c, FIRST, j, units, state)
        lstm_row(z, state, out, peephole)
        put_unit(n, z, gates, first, j, units)
        put_unit(n, state, c, FIRST, j, units)
        put_unit(n, out, h, FIRST, j, units)


@compiled
def lstm_row(
    z: np.ndarray, state: np.ndarray, out: np.ndarray, peephole: np.ndarray
) -> None:
    """The step behind the sums z: of one row, or of all rows' one unit."""
    units = out.size
    if peephole.size:
        for j in range(units):
            z[j] += peephole[j] * state[j]
            z[units + j] += peephole[units + j] * state[j]
    each_sigmoid(z[: 2 * units])
    each_tanh(z[2 * units : 3 * units])
    for j in range(units):
        state[j] = z[units + j] * state[j] + z[j] * z[2 * units + j]
    if peephole.size:
        for j in range(units):
            z[3 * units + j] += peephole[2 * units + j] * state[j]
    each_sigmoid(z[3 * units : 4 * units])
    for j in range(units):
        out[j] = z[3 * units + j] * tanh(state[j])


def lstm_back(
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
    """An LSTM's step backwards; the gradients of peepholes are added to."""
    dh, dc, dz, first = now
    gates, cs, peephole = saved.gates, saved.cs, weights.more
    if rows_at_once(n, cs.shape[1]) == 1 or peephole.size:
        for r in range(n):
            lstm_row_back(gates[at + r], cs[at + r], past_c[earlier + r], dh[r], dc[r], dz[first + r],
                          peephole, gradients.more)  # fmt: skip
    else:
        lstm_units_back(n, at, gates, cs, past_c, earlier, dh, dc, dz, first, peephole)
    dh[:n] = dh.dtype.type(0)
    add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)


@compiled
def lstm_units_back(
    n: int,
    p: int,
    gates: np.ndarray,
    cs: np.ndarray,
    c_before: np.ndarray,
    before: int,
    dh: np.ndarray,
    dc: np.ndarray,
    dz: np.ndarray,
    first: int,
    peephole: np.ndarray,
) -> None:
    """`lstm_row_back` of all rows, a unit at a time."""
    units = cs.shape[1]
    # Rows of one array would be of another type.
    a, out = np.empty(4 * n, cs.dtype), np.empty(4 * n, cs.dtype)
    c, past = np.empty(n, cs.dtype), np.empty(n, cs.dtype)
    d, dstate = np.empty(n, cs.dtype), np.empty(n, cs.dtype)
    for j in range(units):
        take_unit(n, gates, p, j, units, a)
        take_unit(n, cs, p, j, units, c)
        take_unit(n, c_before, before, j, units, past)
        take_unit(n, dh, FIRST, j, units, d)
        take_unit(n, dc, FIRST, j, units, dstate)
        lstm_row_back(a, c, past, d, dstate, out, peephole, peephole)
        put_unit(n, dstate, dc, FIRST, j, units)
        put_unit(n, out, dz, first, j, units)


@compiled
def lstm_row_back(
    a: np.ndarray,
    c: np.ndarray,
    past: np.ndarray,
    d: np.ndarray,
    dstate: np.ndarray,
    out: np.ndarray,
    peephole: np.ndarray,
    d_peephole: np.ndarray,
) -> None:
    """Gradients of the sums, `out`, and of the c before, `dstate`: of one row, or of all rows' one unit."""
    units = c.size
    for j in range(units):
        o, t = a[3 * units + j], tanh(c[j])
        out[3 * units + j] = d[j] * t * (o - o * o)
        through = d[j] * o
        dstate[j] += through - through * t * t
    if peephole.size:
        for j in range(units):
            dstate[j] += out[3 * units + j] * peephole[2 * units + j]
            d_peephole[2 * units + j] += out[3 * units + j] * c[j]
    for j in range(units):
        i, g = a[j], a[2 * units + j]
        out[j] = dstate[j] * g * (i - i * i)
        out[2 * units + j] = dstate[j] * (i - i * g * g)
    for j in range(units):
        f = a[units + j]
        out[units + j] = dstate[j] * past[j] * (f - f * f)
        dstate[j] *= f
    if peephole.size:
        for j in range(units):
            dstate[j] += out[j] * peephole[j] + out[units + j] * peephole[units + j]
            d_peephole[j] += out[j] * past[j]
            d_peephole[units + j] += out[units + j] * past[j]


def gru_of(reset_after: bool) -> Callable:
    """z, r = sigmoid(.); g = tanh(x_h + q), q = r (h U_h + b_h), or (r h) U_h; h = z h + (1 - z) g.

    The fourth part of a row of `gates` gets what r is multiplied with: h U_h + b_h, or r h itself.
    """

    def gru(
        n: int,
        first: int,
        gates: np.ndarray,
        h: np.ndarray,
        c: np.ndarray,
        weights: Weights,
    ) -> None:
        units, recurrent_bias = h.shape[1], weights.more
        at_once = rows_at_once(n, units)
        add_product(n, h, FIRST, FIRST, weights.u, gates, first, FIRST)
        for start in range(0, n, at_once):
            sigmoids(at_once, first + start, gates, FIRST, 2 * units)
            for r in range(start, start + at_once):
                z, state = gates[first + r], h[r]
                for j in range(units):
                    z[3 * units + j] = (
                        recurrent_bias[j] if reset_after else z[units + j] * state[j]
                    )
        if reset_after:
            add_product(n, h, FIRST, FIRST, weights.u_h, gates, first, 3 * units)
        else:
            add_product(n, gates, first, 3 * units, weights.u_h, gates, first, 2 * units)
        for start in range(0, n, at_once):
            if reset_after:
                for r in range(start, start + at_once):
                    z = gates[first + r]
                    for j in range(units):
                        z[2 * units + j] += z[units + j] * z[3 * units + j]
            tanhs(at_once, first + start, gates, 2 * units, 3 * units)
            for r in range(start, start + at_once):
                z, out = gates[first + r], h[r]
                for j in range(units):
                    g = z[2 * units + j]
                    out[j] = g + z[j] * (out[j] - g)

    return gru


def gru_back_of(reset_after: bool) -> Callable:
    """A GRU's step backwards."""
    return gru_reset_after_back if reset_after else gru_reset_before_back


def gru_reset_after_back(
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
    """The way back of a GRU whose reset gate comes after the product."""
    dh, _, dz, first = now
    units, gates = past.shape[1], saved.gates
    for r in range(n):
        a, before, d, out = gates[at + r], past[earlier + r], dh[r], dz[first + r]
        gru_candidate_back(a, before, d, out)
        for j in range(units):
            reset = a[units + j]
            out[units + j] = out[2 * units + j] * a[3 * units + j] * (reset - reset * reset)
            out[3 * units + j] = out[2 * units + j] * reset
    add_product(n, dz, first, 3 * units, weights.u_h, dh, FIRST, FIRST)
    add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)


def gru_reset_before_back(
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
    """The way back of a GRU whose reset gate comes before the product."""
    dh, _, dz, first = now
    units, gates = past.shape[1], saved.gates
    for r in range(n):
        a, before, d, out = gates[at + r], past[earlier + r], dh[r], dz[first + r]
        gru_candidate_back(a, before, d, out)
        out[3 * units :] = out.dtype.type(0)
    # The gradient of r h, on its way to both.
    add_product(n, dz, first, 2 * units, weights.u_h, dz, first, 3 * units)
    for r in range(n):
        a, before, d, out = gates[at + r], past[earlier + r], dh[r], dz[first + r]
        for j in range(units):
            reset, q = a[units + j], out[3 * units + j]
            out[units + j] = q * before[j] * (reset - reset * reset)
            d[j] += q * reset
    add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)


@compiled
def gru_candidate_back(
    a: np.ndarray, before: np.ndarray, d: np.ndarray, out: np.ndarray
) -> None:
    """Of one row the gradients of the sums of z and g, into `out`, and of the h before through z, `d`."""
    units = before.size
    for j in range(units):
        z, g = a[j], a[2 * units + j]
        out[j] = d[j] * (before[j] - g) * (z - z * z)
        q = d[j] - d[j] * z
        out[2 * units + j] = q - q * g * g
        d[j] *= z
