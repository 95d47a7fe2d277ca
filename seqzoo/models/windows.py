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


class Observed(NamedTuple):
    """What of a window was observed.

    Attributes:
        values: (batch, time, channels), without the flags.
        flags: (batch, time, observed), 1 or 0, of the first channels; None: there are none.
        seen: (batch, time, channels), 1 where a value is there.
    """

    values: Tensor
    flags: Tensor | None
    seen: Tensor


def observed_of(values: Tensor, mask: Tensor, observed: int) -> Observed:
    """Values apart from the flags behind them.

    Args:
        values: float32 (batch, time, channels + observed).
        mask: bool (batch, time).
        observed: how many of the first channels have a flag.
    """
    there = ops.expand_dims(ops.cast(mask, values.dtype), -1)  # (batch, time, 1)
    if not observed:
        return Observed(values, None, ops.ones_like(values) * there)
    plain, flags = values[..., :-observed], values[..., -observed:]
    if plain.shape[-1] == observed:
        return Observed(plain, flags, flags * there)
    seen = ops.concatenate([flags, ops.ones_like(plain[..., observed:])], axis=-1)
    return Observed(plain, flags, seen * there)


def last_seen(window: Observed) -> Tensor:
    """The last value of each channel that is there, (batch, 1, channels); 0 where none is."""
    # (batch, time, 1), the number of each step, from 1
    steps = ops.cumsum(ops.ones_like(window.values[..., :1]), axis=1)
    numbers = steps * window.seen
    last = ops.max(numbers, axis=1, keepdims=True)
    chosen = ops.cast(ops.equal(numbers, last), window.values.dtype) * window.seen
    return ops.sum(window.values * chosen, axis=1, keepdims=True)


def normalized_observed(
    values: Tensor, mask: Tensor, normalization: str, observed: int
) -> tuple[Tensor, Normal]:
    """As `normalized`, of values with flags behind them: what is missing plays no part and becomes 0.

    Args:
        values: float32 (batch, time, channels + observed).
        mask, normalization: as `normalized` takes them.
        observed: how many of the first channels have a flag.
    """
    check_name("normalization", normalization, NORMALIZATIONS)
    window = observed_of(values, mask, observed)
    if normalization == "none":
        return values, Normal(None, None)
    if normalization == "last":
        normal = Normal(last_seen(window), None)
        scaled = window.values - normal.moved
    else:
        count = ops.maximum(ops.sum(window.seen, axis=1, keepdims=True), 1.0)
        mean = ops.sum(window.values * window.seen, axis=1, keepdims=True) / count
        squares = ops.square((window.values - mean) * window.seen)
        variance = ops.sum(squares, axis=1, keepdims=True) / count
        normal = Normal(mean, ops.sqrt(variance + SMALLEST))
        scaled = (window.values - mean) / normal.divided
    return ops.concatenate([scaled * window.seen, window.flags], axis=-1), normal


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
