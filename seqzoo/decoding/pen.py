"""Points of a pen out of a network's raw numbers, in NumPy alone: their density, and draws of them.

`seqzoo.layers.mixture` is the same density for training. `seqzoo.layers.pen_numbers` says what is in the raw
numbers. All is computed in double precision.
"""

import math
import numbers
from typing import NamedTuple

import numpy as np

from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.errors import InputError
from seqzoo.layers.pen_numbers import (
    GROUPS,
    LARGEST_CORRELATION,
    SMALLEST_DEVIATION,
    mixtures_of,
)

MOST_BIAS = 20.0  # e^-20 of a deviation: a draw is the likeliest component's mean


class Points(NamedTuple):
    """The parameters of points, float64 (rows, mixtures) each but the first.

    Attributes:
        pen: the logit of the probability that the pen is lifted after the point, (rows,).
        log_weights: logarithms of the mixture's weights.
        mean_x, mean_y, deviation_x, deviation_y, correlation: of the offsets.
    """

    pen: np.ndarray
    log_weights: np.ndarray
    mean_x: np.ndarray
    mean_y: np.ndarray
    deviation_x: np.ndarray
    deviation_y: np.ndarray
    correlation: np.ndarray


def points(raw: np.ndarray, bias: float = 0.0, temperature: float = 1.0) -> Points:
    """The parameters that raw numbers stand for.

    Args:
        raw: float (rows, 6 mixtures + 1).
        bias: multiplies logits of weights with 1 + bias and deviations with e^-bias (Graves 2013, section
            5.4): 0 draws what was learnt, more draws what is likelier and neater.
        temperature: divides all logits, and multiplies deviations with its root (Ha & Eck 2018, section 3.3).

    Raises:
        InputError: on a bias or a temperature out of its range.
    """
    _check(bias, temperature)
    mixtures = mixtures_of(raw.shape[-1])
    pen, rest = raw[:, 0].astype(np.float64), raw[:, 1:].astype(np.float64)
    # (rows, 6 mixtures) -> (6, rows, mixtures)
    groups = rest.reshape(len(raw), GROUPS, mixtures).transpose(1, 0, 2)
    logits, mean_x, mean_y, spread_x, spread_y, correlation = groups

    logits = logits * (1 + bias) / temperature
    scale = math.exp(-bias) * math.sqrt(temperature)
    return Points(
        pen / temperature,
        logits - _log_sum(logits)[:, None],
        mean_x,
        mean_y,
        (_softplus(spread_x) + SMALLEST_DEVIATION) * scale,
        (_softplus(spread_y) + SMALLEST_DEVIATION) * scale,
        LARGEST_CORRELATION * np.tanh(correlation),
    )


def negative_log_likelihood(target: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Of points (rows, 3) under raw numbers (rows, 6 mixtures + 1), in nats, float64 (rows,)."""
    given, target = points(raw), np.asarray(target, np.float64)
    x = (target[:, 0:1] - given.mean_x) / given.deviation_x
    y = (target[:, 1:2] - given.mean_y) / given.deviation_y
    narrow = np.sqrt(1 - given.correlation**2)
    squares = x**2 + ((y - given.correlation * x) / narrow) ** 2

    volume = np.log(given.deviation_x * given.deviation_y * narrow)
    offsets = _log_sum(given.log_weights - 0.5 * squares - volume) - math.log(2 * math.pi)
    pen = np.where(target[:, 2] > 0.5, _softplus(-given.pen), _softplus(given.pen))
    return pen - offsets


def draw(
    raw: np.ndarray,
    random: np.random.Generator,
    bias: float = 0.0,
    temperature: float = 1.0,
) -> np.ndarray:
    """A point for each row.

    Args:
        raw: float (rows, 6 mixtures + 1).
        random: gives four numbers a row.
        bias, temperature: see `points`.

    Returns:
        float32 (rows, 3): dx, dy, and 1 where the pen is lifted after the point, else 0.

    Raises:
        InputError: see `points`.
    """
    given = points(raw, bias, temperature)
    rows = np.arange(len(raw))

    sums = np.cumsum(np.exp(given.log_weights), axis=1)
    share = random.random((len(raw), 1)) * sums[:, -1:]
    place = np.minimum((sums <= share).sum(1), sums.shape[1] - 1)

    x, y = random.standard_normal((2, len(raw)))
    r = given.correlation[rows, place]
    slanted = r * x + np.sqrt(1 - r**2) * y
    dx = given.mean_x[rows, place] + given.deviation_x[rows, place] * x
    dy = given.mean_y[rows, place] + given.deviation_y[rows, place] * slanted

    lifted = random.random(len(raw)) < np.exp(-_softplus(-given.pen))
    return np.stack([dx, dy, lifted], axis=1).astype(np.float32)


def _check(bias: float, temperature: float) -> None:
    """Refuse what is no number, or out of its range; a NaN is in no range."""
    bounds = {
        "bias": (bias, 0.0, MOST_BIAS),
        "temperature": (temperature, LEAST_TEMPERATURE, MOST_TEMPERATURE),
    }
    for name, (number, least, most) in bounds.items():
        if not isinstance(number, numbers.Real) or not least <= number <= most:
            raise InputError(
                f"{name}: expected a number from {least:g} to {most:g}; got {number!r}"
            )


def _softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + e^x)."""
    return np.logaddexp(0.0, x)


def _log_sum(x: np.ndarray) -> np.ndarray:
    """log(sum of e^x) over the last axis, (rows, many) -> (rows,)."""
    greatest = x.max(axis=-1)
    return greatest + np.log(np.exp(x - greatest[:, None]).sum(axis=-1))
