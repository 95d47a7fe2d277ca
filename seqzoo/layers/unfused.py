"""What the compiled cells compute, step by step in TensorFlow's own operations, for second derivatives.

The kernels have gradients, and these have none. TensorFlow differentiates what is here as often as it is
asked to. TensorFlow's own; imported there alone.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

from seqzoo.layers.kernels import step as kinds
from seqzoo.layers.kernels.records import Call
from seqzoo.layers.loop import over_time

Step = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def outputs(
    call: Call,
    reverse: Sequence[bool],
    x: tf.Tensor,
    mask: tf.Tensor,
    weights: Sequence[tuple],
) -> list[tf.Tensor]:
    """The output and the last states of each direction; see `fused.recurrence`.

    Args:
        call: the cell, and what is returned.
        reverse: whether each direction begins at the end.
        x: (batch, time, features).
        mask: bool (batch, time), or () where every step counts.
        weights: of each direction: kernel, recurrent_kernel, bias, and the first h and c.

    Returns:
        The output, then h and c of each direction, (batch, units) each; c has no units where the cell has
        none.
    """
    made, ends = [], []
    # Sums, without a kernel: each direction has its own.
    alone = x.shape[-1] and not weights[0][0].shape[0]
    inputs = tf.split(x, len(reverse), -1) if alone else [x] * len(reverse)
    for own, of, backwards in zip(inputs, weights, reverse, strict=True):
        output, h, c = _direction(call, backwards, own, mask, of)
        in_time = call.return_sequences and backwards and not call.flip
        made.append(tf.reverse(output, [1]) if in_time else output)
        ends += [h, c]
    return [tf.concat(made, -1), *ends]


def _direction(call, backwards, x, mask, weights):
    """Output, last h and last c of one direction."""
    kernel, recurrent, bias, h, c = weights
    inner, step = _step_of(call.cell, recurrent, bias)
    are_sums = x.shape[-1] and not kernel.shape[0]
    sums = x if are_sums else tf.tensordot(x, kernel, 1)
    sums += inner  # (batch, time, gates * units)

    def body(z: tf.Tensor, states: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        after = step(z, *states)
        return after[0], list(after)

    _, output, (h, c) = over_time(
        body,
        sums,
        [h, c],
        mask if mask.shape.rank else None,
        output_size=recurrent.shape[0],
        go_backwards=backwards,
        zero_output_for_mask=call.zero,
        return_sequences=call.return_sequences,
    )
    return output, h, c


def _step_of(kind: type, recurrent: tf.Tensor, bias: tf.Tensor) -> tuple[tf.Tensor, Step]:
    """What is added to the inputs' sums of every step, and the step of a cell.

    A step takes these sums, (batch, gates * units), h and c, and gives the next h and c. The order of gates
    is Keras'.
    """
    units = recurrent.shape[0]
    if kind is kinds.ForgetLSTM:
        return bias, _forget_lstm(recurrent)
    if kind in kinds.LSTMS:
        return bias[: 4 * units], _lstm(recurrent, bias[4 * units :])
    if kind is kinds.GRU:
        return bias[0], _gru(recurrent, bias[1])
    if kind is kinds.GRUResetBefore:
        return bias, _gru_reset_before(recurrent)
    return bias, _simple(kind, recurrent)


def _lstm(recurrent: tf.Tensor, peepholes: tf.Tensor) -> Step:
    """Keras' LSTM; with peepholes of i, f and o, (3 * units,), if there are any."""
    into_i, into_f, into_o = (
        tf.split(peepholes, 3) if peepholes.shape[0] else (0.0, 0.0, 0.0)
    )

    def step(z, h, c):
        i, f, g, o = tf.split(z + h @ recurrent, 4, -1)
        kept = tf.sigmoid(f + into_f * c) * c
        c = kept + tf.sigmoid(i + into_i * c) * tf.tanh(g)
        return tf.sigmoid(o + into_o * c) * tf.tanh(c), c

    return step


def _forget_lstm(recurrent: tf.Tensor) -> Step:
    """An LSTM whose only gate is the one that forgets."""

    def step(z, h, c):
        f, g = tf.split(z + h @ recurrent, 2, -1)
        c = tf.sigmoid(f) * c + tf.tanh(g)
        return tf.tanh(c), c

    return step


def _gru(recurrent: tf.Tensor, bias: tf.Tensor) -> Step:
    """Keras' GRU, the reset gate after the product."""

    def step(x, h, c):
        update, reset, candidate = tf.split(x, 3, -1)
        to_update, to_reset, to_candidate = tf.split(h @ recurrent + bias, 3, -1)
        u = tf.sigmoid(update + to_update)
        new = tf.tanh(candidate + tf.sigmoid(reset + to_reset) * to_candidate)
        return u * h + (1 - u) * new, c

    return step


def _gru_reset_before(recurrent: tf.Tensor) -> Step:
    """Keras' GRU, the reset gate before the product."""
    gates, inner = tf.split(recurrent, [2 * recurrent.shape[0], recurrent.shape[0]], 1)

    def step(x, h, c):
        update, reset, candidate = tf.split(x, 3, -1)
        to_update, to_reset = tf.split(h @ gates, 2, -1)
        u = tf.sigmoid(update + to_update)
        new = tf.tanh(candidate + (tf.sigmoid(reset + to_reset) * h) @ inner)
        return u * h + (1 - u) * new, c

    return step


def _simple(kind: type, recurrent: tf.Tensor) -> Step:
    """The cells of one sum; see their classes."""
    rectified = kind in (kinds.SimpleRNNRelu, kinds.IndependentRelu)
    activation = tf.nn.relu if rectified else tf.tanh

    def step(z, h, c):
        if kind is kinds.Linear:
            return h + tf.tanh(z), c
        if kind in kinds.ELEMENTWISE:
            return activation(z + recurrent * h), c
        new = activation(z + h @ recurrent)
        return (h + new if kind is kinds.Residual else new), c

    return step
