"""One step of a GRU from every state with every input, where a few inputs serve all rows."""

import keras
from keras import ops

from seqzoo.layers.compiled import unavailable
from seqzoo.layers.tensors import Tensor


def gru_step(given: Tensor, past: Tensor, states: Tensor) -> Tensor:
    """The states behind a step of Keras' GRU, whose reset gate comes after the product (Cho et al. 2014).

    Args:
        given: (targets, places, 3 * units), what each input gives, `x W + b`.
        past: (batch * targets, 3 * units), what each state gives, `h U + b`.
        states: (batch * targets, units), of one type all three; half precision is not compiled.

    Returns:
        (batch * targets, places, units). Where it is compiled it has first derivatives alone.
    """
    wide = keras.backend.standardize_dtype(states.dtype) in ("float32", "float64")
    if wide and unavailable() is None:
        from seqzoo.layers import fused_shared

        return fused_shared.gru_step(given, past, states)
    targets, places, gates = given.shape
    units = gates // 3
    # (batch * targets, ...) -> (batch, targets, 1, ...)
    past = ops.reshape(past, (-1, targets, 1, gates))
    before = ops.reshape(states, (-1, targets, 1, units))
    both = ops.sigmoid(given[..., : 2 * units] + past[..., : 2 * units])
    keep, reset = both[..., :units], both[..., units:]
    new = ops.tanh(given[..., 2 * units :] + reset * past[..., 2 * units :])
    after = new + keep * (before - new)  # (batch, targets, places, units)
    return ops.reshape(after, (-1, places, units))
