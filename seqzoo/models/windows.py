"""What builders of series share: their inputs, masks by length, and normalisation of a window by itself."""

from typing import NamedTuple

import keras
from keras import layers, ops

from seqzoo.layers.tensors import Tensor
from seqzoo.models.choices import NORMALIZATIONS
from seqzoo.models.stack import check_name

SMALLEST = 1e-5  # is added to a variance


class Normal(NamedTuple):
    """What a window's values were moved and divided by, (batch, 1, channels) each; None: not at all."""

    moved: Tensor | None
    divided: Tensor | None


def mask_of(values: Tensor, lengths: Tensor) -> Tensor:
    """Which steps are there, bool (batch, time).

    Args:
        values: float32 (batch, time, channels).
        lengths: int32 (batch,).
    """
    return numbers_of(values) <= ops.expand_dims(lengths, 1)


def numbers_of(values: Tensor) -> Tensor:
    """The number of each step, from 1, int32 (batch, time), of values (batch, time, channels)."""
    # While a model is built, nobody knows how many steps there will be.
    return ops.cumsum(ops.ones_like(values[..., 0], dtype="int32"), axis=1)


def with_static(values: Tensor, static_features: int) -> tuple[Tensor, list[Tensor]]:
    """Values (batch, time, channels) with what does not change at each step, and the input of that."""
    if not static_features:
        return values, []
    static = keras.Input((static_features,), name="static")
    # (batch, features) -> (batch, time, features)
    at_each_step = ops.zeros_like(values[..., :1]) + ops.expand_dims(static, 1)
    return layers.Concatenate(name="with_static")([values, at_each_step]), [static]


def last_of(values: Tensor, mask: Tensor) -> Tensor:
    """The last step that is there, (batch, time, channels) -> (batch, 1, channels)."""
    count = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)  # (batch, 1)
    # `==` of tensors that are yet to come would be false.
    chosen = ops.cast(ops.equal(numbers_of(values), count), values.dtype)  # (batch, time)
    return ops.sum(values * ops.expand_dims(chosen, -1), axis=1, keepdims=True)


def normalized(values: Tensor, mask: Tensor, normalization: str) -> tuple[Tensor, Normal]:
    """A window's values less its last step, or with mean 0 and variance 1 of their own.

    Args:
        values: float32 (batch, time, channels).
        mask: bool (batch, time).
        normalization: `"none"`; `"last"` (Lin et al. 2023, section 3.2); `"reversible"`, mean and deviation
            of the window, which the forecast gets back (Kim et al. 2022, without the learned affine map).

    Raises:
        InputError: on an unknown name.
    """
    check_name("normalization", normalization, NORMALIZATIONS)
    if normalization == "none":
        return values, Normal(None, None)
    if normalization == "last":
        last = last_of(values, mask)
        return values - last, Normal(last, None)
    there = ops.expand_dims(ops.cast(mask, values.dtype), -1)  # (batch, time, 1)
    count = ops.sum(there, axis=1, keepdims=True)  # (batch, 1, 1)
    mean = ops.sum(values * there, axis=1, keepdims=True) / count
    variance = ops.sum(ops.square((values - mean) * there), axis=1, keepdims=True) / count
    deviation = ops.sqrt(variance + SMALLEST)
    return (values - mean) / deviation, Normal(mean, deviation)
