"""A mixture of two-dimensional Gaussians with a pen bit: what a network's outputs mean, and their loss.

Graves 2013, sections 4.1 and 4.2, with two floors that keep float32 finite and every gradient whole:

- a deviation is `softplus(raw) + SMALLEST_DEVIATION`, where the paper has an exponential,
- a correlation is `LARGEST_CORRELATION * tanh(raw)`.

No loss and no gradient is clipped here. `seqzoo.decoding.pen` draws points from such a mixture.
"""

import math
from typing import Any, NamedTuple

import keras
from keras import ops

from seqzoo.layers.pen_numbers import (
    LARGEST_CORRELATION,
    SMALLEST_DEVIATION,
    mixtures_of,
)
from seqzoo.layers.tensors import Tensor


class Mixture(NamedTuple):
    """The parameters of points, float (..., mixtures) each but the first.

    Attributes:
        pen: the logit of the probability that the pen is lifted after the point, (...).
        log_weights: logarithms of the mixture's weights.
        mean_x, mean_y: of the offsets.
        deviation_x, deviation_y: of the offsets, `SMALLEST_DEVIATION` or more.
        correlation: of the two offsets, at most `LARGEST_CORRELATION` from 0.
    """

    pen: Tensor
    log_weights: Tensor
    mean_x: Tensor
    mean_y: Tensor
    deviation_x: Tensor
    deviation_y: Tensor
    correlation: Tensor


def mixture(raw: Tensor) -> Mixture:
    """The parameters that raw numbers stand for.

    Args:
        raw: float (..., 6 mixtures + 1); see `seqzoo.layers.pen_numbers`.

    Raises:
        ValueError: on another number of numbers.
    """
    count = mixtures_of(raw.shape[-1])
    groups = [raw[..., begin : begin + count] for begin in range(1, raw.shape[-1], count)]
    weights, mean_x, mean_y, spread_x, spread_y, correlation = groups
    return Mixture(
        raw[..., 0],
        ops.log_softmax(weights, axis=-1),
        mean_x,
        mean_y,
        ops.softplus(spread_x) + SMALLEST_DEVIATION,
        ops.softplus(spread_y) + SMALLEST_DEVIATION,
        LARGEST_CORRELATION * ops.tanh(correlation),
    )


def negative_log_likelihood(target: Tensor, raw: Tensor) -> Tensor:
    """Of points under a network's raw numbers, in nats: a density's of the offsets, a probability's of the
    pen.

    The squares are summed in the form of Cholesky's factors, `x^2 + ((y - r x) / s)^2` with `s^2 = 1 - r^2`:
    nothing large is taken from anything large.

    Args:
        target: float (..., 3): dx, dy, and 1 where the pen is lifted after the point, else 0.
        raw: float (..., 6 mixtures + 1).

    Returns:
        float (...).
    """
    given = mixture(raw)
    x = (target[..., 0:1] - given.mean_x) / given.deviation_x
    y = (target[..., 1:2] - given.mean_y) / given.deviation_y
    narrow = ops.sqrt(1 - ops.square(given.correlation))
    squares = ops.square(x) + ops.square((y - given.correlation * x) / narrow)

    volume = ops.log(given.deviation_x) + ops.log(given.deviation_y) + ops.log(narrow)
    parts = given.log_weights - 0.5 * squares - volume  # (..., mixtures)
    offsets = ops.logsumexp(parts, axis=-1) - math.log(2 * math.pi)

    lifted = target[..., 2]
    pen = lifted * ops.softplus(-given.pen) + (1 - lifted) * ops.softplus(given.pen)
    return pen - offsets


@keras.saving.register_keras_serializable("seqzoo")
class PenLoss(keras.losses.Loss):
    """The loss of a `handwriter`, in nats a point: points (batch, time, 3), NaN where there is none."""

    def __init__(self, name: str = "pen_loss", **keywords: Any):
        super().__init__(name=name, **keywords)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each row, float (batch,): the mean over the points that are there.

        Args:
            y_true: (batch, time, 3).
            y_pred: raw numbers (batch, time, 6 mixtures + 1).
        """
        losses, there = point_losses(y_true, y_pred)
        total = ops.sum(losses, axis=1)
        count = ops.sum(ops.cast(there, losses.dtype), axis=1)
        return total / ops.maximum(count, 1)


def point_losses(target: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each point, and which points are there.

    Args:
        target: float (batch, time, 3), NaN where there is no point.
        raw: float (batch, time, 6 mixtures + 1).

    Returns:
        float (batch, time), 0 where there is no point, and bool (batch, time).
    """
    target = ops.cast(target, raw.dtype)
    there = ops.logical_not(ops.any(ops.isnan(target), axis=-1))
    # A point in its place, so that no gradient becomes NaN.
    known = ops.where(ops.expand_dims(there, -1), target, ops.zeros_like(target))
    losses = negative_log_likelihood(known, raw)
    return ops.where(there, losses, ops.zeros_like(losses)), there
