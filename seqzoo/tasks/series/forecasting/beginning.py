"""A network that begins as the linear model: its matrix, and of a distribution the width of its errors, too.

A band that begins far too wide takes small data hundreds of steps to narrow.
"""

from collections.abc import Iterator
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.series import Linear
from seqzoo.layers.distribution_table import middle_of
from seqzoo.tasks.series.forecasting.bands import POINT, QUANTILES
from seqzoo.tasks.series.forecasting.settings import Settings

if TYPE_CHECKING:
    import keras

    from seqzoo.tasks.series.forecasting.data import Forecasts

WINDOWS = 2048  # of the training part that the errors are taken of
LEAST = 1e-3  # of a width


def begin(
    model: "keras.Model", config: Settings, data: "Forecasts", matrix: Linear
) -> None:
    """Give a forecaster the matrix, and the width of a band about it.

    Args:
        model: as the builder made it, with `linear`.
        config: of the training.
        data: to train on.
        matrix: fitted on the training part.
    """
    model.get_layer("linear").set_weights([matrix.weights, matrix.bias])
    if config.distribution == POINT:
        return
    layer, targets = model.get_layer("steps"), len(data.series_plan.targets)
    kernel, bias = layer.get_weights()
    numbers = raw_width(config, error_of(data, matrix, config.normalization))
    # A dense layer for each step has its numbers by target, the others by parameter.
    if config.mode == "encoder_decoder":
        bias = np.repeat(numbers, targets)
    else:
        bias = np.tile(numbers, len(bias) // len(numbers))
    layer.set_weights([kernel, bias])


def error_of(data: "Forecasts", matrix: Linear, normalization: str) -> float:
    """The deviation of a matrix' errors on training windows, in the unit that the network forecasts in.

    Args:
        data: to train on.
        matrix: fitted on the training part.
        normalization: of windows; with `reversible` the unit is the window's own deviation.
    """
    errors = []
    for inputs, ahead in _spread_over(data):
        wrong = ahead - matrix.predict(inputs)
        if normalization == "reversible":
            wrong = wrong / np.maximum(np.nanstd(inputs, axis=1, keepdims=True), LEAST)
        errors.append(wrong[~np.isnan(wrong)])
    every = np.concatenate(errors)
    return max(float(np.sqrt(np.mean(every**2))), LEAST) if every.size else 1.0


def _spread_over(data: "Forecasts") -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Targets of some training windows of each series: the past and what came, (windows, steps, targets)."""
    windows, count = data.windows("train"), len(data.series_plan.targets)
    share = -(-sum(map(len, windows)) // WINDOWS)
    for each in windows:
        inputs, ahead = each.batch(slice(None, None, share))
        yield inputs[..., :count], ahead[..., :count]


def raw_width(config: Settings, deviation: float) -> np.ndarray:
    """The raw numbers of a distribution about 0 with a deviation: see `seqzoo.layers.distributions`."""
    if config.distribution != QUANTILES:
        count = {"normal": 2, "student_t": 3}[config.distribution]
        return np.array([0.0, _raw(deviation), 0.0][:count], np.float32)
    places = np.array([NormalDist(0, deviation).inv_cdf(each) for each in config.quantiles])
    steps = np.array([_raw(step) for step in np.diff(places)])
    middle = middle_of(len(places))
    return np.insert(steps, middle, places[middle]).astype(np.float32)


def _raw(positive: float) -> float:
    """The number whose softplus is a positive one."""
    return float(np.log(np.expm1(positive)))
