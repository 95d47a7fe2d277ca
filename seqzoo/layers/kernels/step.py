"""The step of the cell whose weights are at hand, forward and back.

Each cell's weights are a class of their own. What is compiled for a class has that cell's step alone,
which takes a fraction of the time that all of them would.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload

from seqzoo.layers.kernels import OPTIONS, cells, forgetting, gated
from seqzoo.layers.kernels.gemm import FIRST, add_sums, add_transposed
from seqzoo.layers.kernels.records import Saved, Weights


class SimpleRNN(Weights):
    """tanh(x W + b + h U)."""


class SimpleRNNRelu(Weights):
    """relu(x W + b + h U)."""


class Independent(Weights):
    """tanh(x W + b + u h), u a vector."""


class IndependentRelu(Weights):
    """relu(x W + b + u h)."""


class Linear(Weights):
    """h + tanh(x W + b)."""


class Residual(Weights):
    """h + tanh(x W + b + h U)."""


class LSTM(Weights):
    """Keras' LSTM."""


class PeepholeLSTM(Weights):
    """An LSTM whose gates see c."""


class ForgetLSTM(Weights):
    """An LSTM whose only gate is the one that forgets."""


class GRU(Weights):
    """Keras' GRU with `reset_after`."""


class GRUResetBefore(Weights):
    """Keras' GRU without `reset_after`."""


CELLS = {
    "simple_rnn": SimpleRNN,
    "simple_rnn_relu": SimpleRNNRelu,
    "independent": Independent,
    "independent_relu": IndependentRelu,
    "linear": Linear,
    "residual": Residual,
    "lstm": LSTM,
    "peephole_lstm": PeepholeLSTM,
    "forget_lstm": ForgetLSTM,
    "gru": GRU,
    "gru_reset_before": GRUResetBefore,
}
ELEMENTWISE = (Independent, IndependentRelu, Linear)  # no matrix between the states
LSTMS = (LSTM, PeepholeLSTM, ForgetLSTM)  # they have c
GRUS = (GRU, GRUResetBefore)


def advance(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> None:
    """One step of a cell on n rows; see `cells` and `gated`."""


def retreat(
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
    """One step of a cell backwards; see `cells` and `gated`.

    Args:
        n, at: rows, and the first one's token.
        saved: what was kept of each token.
        past, past_c, earlier: the states before the step, from row `earlier` on.
        now: dh, dc, dz and the first row of dz.
        weights: the transposed ones.
        gradients: those of a vector, `more`, are added to.
    """


def add_gradients(
    tokens: int,
    inputs: np.ndarray,
    before: np.ndarray,
    gates: np.ndarray,
    p: int,
    dz: np.ndarray,
    gradients: Weights,
    zeros: np.ndarray,
) -> None:
    """Add to the weights' gradients what a chunk of tokens gives.

    Args:
        inputs, before: (tokens, features) and (tokens, units), inputs and the states before.
        gates, p: the saved ones and the chunk's first row of them.
        dz: gradients of the sums in each gate.
        gradients: the sums so far.
        zeros: a row of zeros where there are no sums so far; else no elements.
    """


STEPS = {  # forward and back
    SimpleRNN: (cells.simple_rnn_of(False), cells.simple_rnn_back_of(False)),
    SimpleRNNRelu: (cells.simple_rnn_of(True), cells.simple_rnn_back_of(True)),
    Independent: (cells.independent_of(False), cells.independent_back_of(False)),
    IndependentRelu: (cells.independent_of(True), cells.independent_back_of(True)),
    Linear: (cells.linear, cells.linear_back),
    Residual: (cells.residual, cells.residual_back),
    LSTM: (gated.lstm, gated.lstm_back),
    PeepholeLSTM: (gated.lstm, gated.lstm_back),
    ForgetLSTM: (forgetting.forget_lstm, forgetting.forget_lstm_back),
    GRU: (gated.gru_of(True), gated.gru_back_of(True)),
    GRUResetBefore: (gated.gru_of(False), gated.gru_back_of(False)),
}


def _class_of(weights: Any) -> type[Weights]:
    """The class of weights of which Numba, as it compiles, has the type alone."""
    return weights.instance_class


@overload(advance, jit_options=OPTIONS)
def _advance(
    n: int, first: int, gates: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Weights
) -> Callable:
    return STEPS[_class_of(weights)][0]


@overload(retreat, jit_options=OPTIONS)
def _retreat(
    n: int,
    at: int,
    saved: Saved,
    past: np.ndarray,
    past_c: np.ndarray,
    earlier: int,
    now: tuple,
    weights: Weights,
    gradients: Weights,
) -> Callable:
    return STEPS[_class_of(weights)][1]


@overload(add_gradients, jit_options=OPTIONS)
def _add_gradients(
    tokens: int,
    inputs: np.ndarray,
    before: np.ndarray,
    gates: np.ndarray,
    p: int,
    dz: np.ndarray,
    gradients: Weights,
    zeros: np.ndarray,
) -> Callable:
    cell = _class_of(gradients)
    reset_after, reset_before, elementwise = (
        cell is GRU,
        cell is GRUResetBefore,
        cell in ELEMENTWISE,
    )

    def add(
        tokens: int,
        inputs: np.ndarray,
        before: np.ndarray,
        gates: np.ndarray,
        p: int,
        dz: np.ndarray,
        gradients: Weights,
        zeros: np.ndarray,
    ) -> None:
        units = before.shape[1]
        if gradients.w.shape[0] > 0:  # without a kernel the inputs are the sums
            add_transposed(tokens, inputs, FIRST, FIRST, dz, FIRST, gradients.w, zeros)
        add_sums(tokens, dz, FIRST, gradients.bias)
        if not elementwise:
            add_transposed(tokens, before, FIRST, FIRST, dz, FIRST, gradients.u, zeros)
        if reset_after:
            add_transposed(
                tokens, before, FIRST, FIRST, dz, 3 * units, gradients.u_h, zeros
            )
            add_sums(tokens, dz, 3 * units, gradients.more)
        if reset_before:
            add_transposed(tokens, gates, p, 3 * units, dz, 2 * units, gradients.u_h, zeros)

    return add
