"""Distributions of numbers to come: what a network's outputs mean, and the loss that trains them.

A distribution takes raw numbers (..., parameters) of a network and makes its parameters of them. The loss is
the mean negative log-likelihood in nats, or the pinball loss of quantiles. A target that is NaN is missing,
and plays no part.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqzoo.errors import unknown_name
from seqzoo.layers.distribution_table import (
    DISTRIBUTIONS,
    Distribution,
    count_of,
    middle_of,
)
from seqzoo.layers.tensors import Tensor

SMALLEST = 1e-4  # of a scale: nothing is that certain

__all__ = [
    "DISTRIBUTIONS",
    "Distribution",
    "ForecastLoss",
    "count_of",
    "log_gamma",
    "middle_of",
    "negative_log_likelihood",
    "parameters",
    "pinball",
]


def parameters(raw: Tensor, distribution: str) -> Tensor:
    """Parameters of raw numbers, both (..., count).

    Deviations, scales and dispersions are positive by softplus, and so is a mean of counts; the degrees of
    freedom are above 2, so that there is a variance. Quantiles rise: from the middle one on, which is the raw
    number itself, each is a positive step away from the one before.
    """
    if distribution == "point":
        return raw
    if distribution == "quantiles":
        return _rising(raw)
    positive = ops.softplus(raw) + SMALLEST
    if distribution == "normal":
        return ops.concatenate([raw[..., :1], positive[..., 1:]], axis=-1)
    if distribution == "student_t":
        freedom = 2.0 + positive[..., 2:]
        return ops.concatenate([raw[..., :1], positive[..., 1:2], freedom], axis=-1)
    return positive


def _rising(raw: Tensor) -> Tensor:
    """Quantiles (..., levels) of raw numbers: the middle one, and the steps between neighbours."""
    place = middle_of(raw.shape[-1])
    middle = raw[..., place : place + 1]
    between = ops.concatenate([raw[..., :place], raw[..., place + 1 :]], axis=-1)
    steps = ops.concatenate([ops.zeros_like(middle), ops.softplus(between)], axis=-1)
    above = ops.cumsum(steps, axis=-1)  # the lowest, (..., levels)
    return above - above[..., place : place + 1] + middle


def log_gamma(x: Tensor) -> Tensor:
    """The logarithm of the gamma function of positive numbers.

    Stirling's series with three terms at x + 8, where it has float32's precision, and the recurrence back
    (Abramowitz & Stegun 1964, 6.1.15 and 6.1.41).
    """
    # In two products, which overflow later than one: from 1e9 on.
    low = x * (x + 1) * (x + 2) * (x + 3)
    high = (x + 4) * (x + 5) * (x + 6) * (x + 7)
    z = x + 8
    series = 1 / (12 * z) - 1 / (360 * z**3) + 1 / (1260 * z**5)
    stirling = (z - 0.5) * ops.log(z) - z + 0.5 * math.log(2 * math.pi) + series
    return stirling - ops.log(low) - ops.log(high)


def negative_log_likelihood(target: Tensor, given: Tensor, distribution: str) -> Tensor:
    """Of targets (...) under parameters (..., count), in nats; a density's where numbers are no counts.

    Salinas et al. 2020, section 3.1, for the negative binomial: the variance is mean + dispersion * mean^2.
    """
    each = [given[..., place] for place in range(given.shape[-1])]
    if distribution == "normal":
        mean, deviation = each
        z = (target - mean) / deviation
        return 0.5 * z * z + ops.log(deviation) + 0.5 * math.log(2 * math.pi)
    if distribution == "student_t":
        location, scale, freedom = each
        z = (target - location) / scale
        constant = log_gamma((freedom + 1) / 2) - log_gamma(freedom / 2)
        constant = constant - 0.5 * ops.log(freedom * math.pi) - ops.log(scale)
        return 0.5 * (freedom + 1) * ops.log1p(z * z / freedom) - constant
    mean, dispersion = each
    count = 1 / dispersion  # successes to wait for
    chosen = log_gamma(target + count) - log_gamma(target + 1) - log_gamma(count)
    spread = ops.log1p(dispersion * mean)
    events = target * (ops.log(dispersion * mean) - spread)
    return count * spread - chosen - events


def pinball(target: Tensor, quantiles: Tensor, levels: Sequence[float]) -> Tensor:
    """The mean pinball loss of quantiles (..., levels) for targets (...); Koenker & Bassett 1978."""
    level = ops.convert_to_tensor(list(levels), quantiles.dtype)
    error = ops.expand_dims(target, -1) - quantiles
    return ops.mean(ops.maximum(level * error, (level - 1) * error), axis=-1)


@keras.saving.register_keras_serializable("seqzoo")
class ForecastLoss(keras.losses.Loss):
    """The loss of a forecaster: targets (batch, horizon, targets), NaN where missing.

    Args:
        distribution: a name in `DISTRIBUTIONS`, that of the forecaster.
        quantiles: levels of its quantiles.
        point: of a point forecast `"mse"`, `"mae"` or `"huber"`.

    Raises:
        InputError: on a name that is none.
    """

    def __init__(
        self,
        distribution: str = "point",
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        point: str = "mse",
        name: str = "forecast_loss",
        **keywords: Any,
    ):
        super().__init__(name=name, **keywords)
        count_of(distribution, quantiles)
        if point not in POINT_LOSSES:
            raise unknown_name("point", point, POINT_LOSSES)
        self.distribution, self.quantiles, self.point = distribution, list(quantiles), point

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each row, float (batch,): the mean over what is there of it.

        Args:
            y_true: (batch, horizon, targets).
            y_pred: (batch, horizon, targets) of a point forecast, else (batch, horizon, targets, count).
        """
        target = ops.cast(y_true, y_pred.dtype)
        there = ops.logical_not(ops.isnan(target))
        # A number in its place, so that no gradient becomes NaN.
        losses = self._each(ops.where(there, target, ops.ones_like(target)), y_pred)
        losses = ops.where(there, losses, ops.zeros_like(losses))

        batch = ops.shape(losses)[0]
        total = ops.sum(ops.reshape(losses, (batch, -1)), axis=1)
        count = ops.sum(ops.cast(ops.reshape(there, (batch, -1)), losses.dtype), axis=1)
        return total / ops.maximum(count, 1)

    def _each(self, target: Tensor, given: Tensor) -> Tensor:
        """Losses of the shape of the targets."""
        if self.distribution == "point":
            return POINT_LOSSES[self.point](target - given)
        if self.distribution == "quantiles":
            return pinball(target, given, self.quantiles)
        return negative_log_likelihood(target, given, self.distribution)

    def get_config(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {
            **super().get_config(),
            "distribution": self.distribution,
            "quantiles": self.quantiles,
            "point": self.point,
        }


def huber(error: Tensor) -> Tensor:
    """Half the square of an error up to 1, linear from there on; Huber 1964."""
    size = ops.abs(error)
    return ops.where(size <= 1, 0.5 * error * error, size - 0.5)


POINT_LOSSES = {"mse": ops.square, "mae": ops.abs, "huber": huber}
