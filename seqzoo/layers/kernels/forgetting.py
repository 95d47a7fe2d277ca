"""One step of an LSTM whose only gate is the one that forgets, forward and back; see `cells`.

f = sigmoid(z); g = tanh(z); c = f c + g; h = tanh(c). A row of gates has the parts f and g.
"""

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.activate import each_sigmoid, each_tanh
from seqzoo.layers.kernels.gemm import FIRST, add_product
from seqzoo.layers.kernels.math import tanh
from seqzoo.layers.kernels.records import Saved, Weights


def forget_lstm(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> None:
    """A step of n rows."""
    add_product(n, h, FIRST, FIRST, weights.u, gates, first, FIRST)
    for r in range(n):
        forget_row(gates[first + r], c[r], h[r])


@compiled
def forget_row(z: np.ndarray, state: np.ndarray, out: np.ndarray) -> None:
    """The step behind the sums z of one row."""
    units = out.size
    each_sigmoid(z[:units])
    each_tanh(z[units : 2 * units])
    for j in range(units):
        state[j] = z[j] * state[j] + z[units + j]
    for j in range(units):
        out[j] = tanh(state[j])


def forget_lstm_back(
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
    """The way back of `forget_lstm`."""
    dh, dc, dz, first = now
    for r in range(n):
        forget_row_back(
            saved.gates[at + r],
            saved.hs[at + r],
            past_c[earlier + r],
            dh[r],
            dc[r],
            dz[first + r],
        )
    dh[:n] = dh.dtype.type(0)
    add_product(n, dz, first, FIRST, weights.u, dh, FIRST, FIRST)


@compiled
def forget_row_back(
    a: np.ndarray,
    h: np.ndarray,
    past: np.ndarray,
    d: np.ndarray,
    dstate: np.ndarray,
    out: np.ndarray,
) -> None:
    """Gradients of the sums, `out`, and of the c before, `dstate`, of one row."""
    units = h.size
    for j in range(units):
        dstate[j] += d[j] - d[j] * h[j] * h[j]
    for j in range(units):
        g = a[units + j]
        out[units + j] = dstate[j] - dstate[j] * g * g
    for j in range(units):
        f = a[j]
        out[j] = dstate[j] * past[j] * (f - f * f)
        dstate[j] *= f
