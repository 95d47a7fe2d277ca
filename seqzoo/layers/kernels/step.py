"""The step of the cell whose weights are at hand, forward and back.

Each cell's weights are a class of their own. What is compiled for a class has that cell's step alone,
which takes a fraction of the time that all of them would.
"""

from collections import namedtuple

from numba.extending import overload

from seqzoo.layers.kernels import cells, gated
from seqzoo.layers.kernels.gemm import FIRST, add_sums, add_transposed

# Right factors (`gemm.Matrix`) but for the biases; `u_h` is the GRU's part of `u` that its reset gate goes
# with, `more` its recurrent bias, an LSTM's peepholes or a recurrent vector; else they are empty. The
# gradients are of the same class, each of them an array.
Weights = namedtuple("Weights", "w u u_h bias more")


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
    "gru": GRU,
    "gru_reset_before": GRUResetBefore,
}
ELEMENTWISE = (Independent, IndependentRelu, Linear)  # no matrix between the states
LSTMS = (LSTM, PeepholeLSTM)
GRUS = (GRU, GRUResetBefore)


def advance(n, first, gates, h, c, weights):
    """One step of a cell on n rows; see `cells` and `gated`."""


def retreat(n, at, saved, past, past_c, earlier, now, weights, gradients):
    """One step of a cell backwards; see `cells` and `gated`.

    Args:
        n, at: rows, and the first one's token.
        saved: what was kept of each token.
        past, past_c, earlier: the states before the step, from row `earlier` on.
        now: dh, dc, dz and the first row of dz.
        weights: the transposed ones.
        gradients: those of a vector, `more`, are added to.
    """


def add_gradients(tokens, inputs, before, gates, p, dz, gradients, zeros):
    """Add to the weights' gradients what a chunk of tokens gives.

    Args:
        inputs, before: (tokens, features) and (tokens, units), inputs and the states before.
        gates, p: the saved ones and the chunk's first row of them.
        dz: gradients of the sums in each gate.
        gradients: the sums so far.
        zeros: a row of zeros where there are no sums so far; else no elements.
    """


@overload(advance)
def _advance(n, first, gates, h, c, weights):
    cell = weights.instance_class
    if cell in LSTMS:
        return lambda n, first, gates, h, c, weights: gated.lstm(
            n, first, gates, h, c, weights.u, weights.more
        )
    if cell in GRUS:
        after = cell is GRU
        return lambda n, first, gates, h, c, weights: gated.gru(
            n, first, gates, h, weights.u, weights.u_h, weights.more, after
        )
    if cell is Linear:
        return lambda n, first, gates, h, c, weights: cells.linear(n, first, gates, h)
    if cell is Residual:
        return lambda n, first, gates, h, c, weights: cells.residual(n, first, gates, h, weights.u)
    relu = cell in (SimpleRNNRelu, IndependentRelu)
    if cell in ELEMENTWISE:
        return lambda n, first, gates, h, c, weights: cells.independent(
            n, first, gates, h, weights.more, relu
        )
    return lambda n, first, gates, h, c, weights: cells.simple_rnn(n, first, gates, h, weights.u, relu)


@overload(retreat)
def _retreat(n, at, saved, past, past_c, earlier, now, weights, gradients):
    cell = weights.instance_class
    if cell in LSTMS:

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            gated.lstm_back(n, at, saved.gates, saved.cs, past_c, earlier, *now, weights.u, weights.more,
                            gradients.more)  # fmt: skip

        return back
    if cell in GRUS:
        after = cell is GRU

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            dh, _, dz, first = now
            gated.gru_back(n, at, saved.gates, past, earlier, dh, dz, first, weights.u, weights.u_h, after)

        return back
    return _simple_back(cell)


def _simple_back(cell):
    """`retreat` of a cell of one sum."""
    relu = cell in (SimpleRNNRelu, IndependentRelu)
    if cell is Linear:

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            dh, _, dz, first = now
            cells.linear_back(n, at, saved.gates, dh, dz, first, past.shape[1])

    elif cell is Residual:

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            dh, _, dz, first = now
            cells.residual_back(n, at, saved.gates, dh, dz, first, weights.u, past.shape[1])

    elif cell in ELEMENTWISE:

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            dh, _, dz, first = now
            cells.independent_back(n, at, saved.hs, past, earlier, dh, dz, first, weights.more,
                                   gradients.more, relu)  # fmt: skip

    else:

        def back(n, at, saved, past, past_c, earlier, now, weights, gradients):
            dh, _, dz, first = now
            cells.simple_rnn_back(n, at, saved.hs, dh, dz, first, weights.u, relu)

    return back


@overload(add_gradients)
def _add_gradients(tokens, inputs, before, gates, p, dz, gradients, zeros):
    cell = gradients.instance_class
    reset_after, reset_before, elementwise = cell is GRU, cell is GRUResetBefore, cell in ELEMENTWISE

    def add(tokens, inputs, before, gates, p, dz, gradients, zeros):
        units = before.shape[1]
        add_transposed(tokens, inputs, FIRST, FIRST, dz, FIRST, gradients.w, zeros)
        add_sums(tokens, dz, FIRST, gradients.bias)
        if not elementwise:
            add_transposed(tokens, before, FIRST, FIRST, dz, FIRST, gradients.u, zeros)
        if reset_after:
            add_transposed(tokens, before, FIRST, FIRST, dz, 3 * units, gradients.u_h, zeros)
            add_sums(tokens, dz, 3 * units, gradients.more)
        if reset_before:
            add_transposed(tokens, gates, p, 3 * units, dz, 2 * units, gradients.u_h, zeros)

    return add
