"""Scores of forecasts as pure functions of arrays; what is not known counts nowhere.

In all of them a place counts if `mask` is true there and the target is not NaN. A forecast that is NaN at
such a place is a mistake. With `axis` the mean is taken over these axes alone: `axis=(0, 2)` of (windows,
horizon, channels) gives a score for each step ahead. All sums are in float64.
"""

from collections.abc import Sequence

import numpy as np

Axis = int | tuple[int, ...] | None


def mse(
    target: np.ndarray,
    forecast: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The mean squared error.

    Args:
        target, forecast: (...).
        mask: bool (...), where the target counts; None: everywhere.
        axis: of the mean; None: all.

    Returns:
        float64 (); or one for each place on the other axes, NaN where nothing counts.

    Raises:
        ValueError: if nothing counts, shapes differ, or the forecast is NaN where the target counts.
    """
    target, forecast, counted = _checked(target, forecast, mask)
    return _mean((target - forecast) ** 2, counted, axis)


def mae(
    target: np.ndarray,
    forecast: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The mean absolute error; arguments, result and errors as of `mse`."""
    target, forecast, counted = _checked(target, forecast, mask)
    return _mean(np.abs(target - forecast), counted, axis)


def smape(
    target: np.ndarray,
    forecast: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The symmetric mean absolute percentage error, 0 to 200, as the M4 competition counts it.

    It is the mean of 200 |y - f| / (|y| + |f|), 0 where both are 0 (Makridakis et al. 2020). Standardised
    values lie around 0, where it says nothing: scale them back first. Arguments, result and errors
    are those of `mse`.
    """
    target, forecast, counted = _checked(target, forecast, mask)
    size = np.abs(target) + np.abs(forecast)
    error = np.abs(target - forecast) / np.where(size == 0, 1.0, size)
    return _mean(200 * error, counted, axis)


def mase_scale(train: np.ndarray, season: int = 1) -> np.ndarray:
    """What MASE divides by: the mean absolute error of the seasonal naive forecast within the training part.

    Args:
        train: (time, channels); steps with NaN are left out.
        season: steps after which the series repeats itself; 1 compares with the value before.

    Returns:
        float64 (channels,).

    Raises:
        ValueError: if there is no such pair of steps, or a channel repeats itself without error.
    """
    values = np.asarray(train, np.float64)
    if not 1 <= season < len(values):
        raise ValueError(f"season: expected 1 to {len(values) - 1} steps; got {season}")
    apart = np.abs(values[season:] - values[:-season])
    scale = _mean(apart, ~np.isnan(apart), 0)
    if not (scale > 0).all():
        raise ValueError(
            f"train: expected errors of the seasonal naive forecast above 0; got {scale.tolist()}"
        )
    return scale


def mase(
    target: np.ndarray,
    forecast: np.ndarray,
    scale: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The mean absolute scaled error (Hyndman & Koehler 2006): below 1 it beats the naive forecast's error.

    Args:
        target, forecast: (..., channels).
        scale: (channels,), of `mase_scale`; or one for each place, where series differ.
        mask, axis: as of `mse`.

    Returns, Raises: as of `mse`.
    """
    target, forecast, counted = _checked(target, forecast, mask)
    return _mean(np.abs(target - forecast) / np.asarray(scale, np.float64), counted, axis)


def pinball(
    target: np.ndarray,
    quantiles: np.ndarray,
    levels: Sequence[float],
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The pinball loss, a mean over all quantiles (Koenker & Bassett 1978).

    A quantile q of level a costs a (y - q) where the target y is above it, and (1 - a) (q - y) below it.

    Args:
        target: (...).
        quantiles: (..., levels).
        levels: of the quantiles, each in (0, 1).
        mask, axis: as of `mse`; the quantiles are the last axis of no mask.

    Returns, Raises: as of `mse`; ValueError on levels out of range, too.
    """
    share = np.asarray(levels, np.float64)
    if not ((share > 0) & (share < 1)).all():
        raise ValueError(f"levels: expected above 0 and below 1; got {list(levels)}")
    target, quantiles, counted = _checked(target, quantiles, mask, len(share))
    above = target[..., np.newaxis] - quantiles  # (..., levels)
    loss = np.maximum(share * above, (share - 1) * above).mean(-1)
    return _mean(loss, counted, axis)


def crps_quantiles(
    target: np.ndarray,
    quantiles: np.ndarray,
    levels: Sequence[float],
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The continuous ranked probability score of quantiles: twice their mean pinball loss.

    That is the integral over all levels (Gneiting & Ranjan 2011) as a sum; evenly spaced levels suit it, such
    as 0.1, 0.2, ..., 0.9. Arguments, result and errors are those of `pinball`.
    """
    return 2 * pinball(target, quantiles, levels, mask, axis)


def crps_normal(
    target: np.ndarray,
    mean: np.ndarray,
    deviation: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The continuous ranked probability score of normal distributions (Gneiting & Raftery 2007, section 4.2).

    Args:
        target, mean, deviation: (...); deviations above 0.
        mask, axis: as of `mse`.

    Returns, Raises: as of `mse`; ValueError on a deviation that is not above 0, too.
    """
    from scipy.special import ndtr  # here: importing it takes a while

    target, mean, counted = _checked(target, mean, mask)
    deviation = np.broadcast_to(np.asarray(deviation, np.float64), target.shape)
    if not (deviation[counted] > 0).all():
        raise ValueError("deviation: expected numbers above 0")
    spread = np.where(counted, deviation, 1.0)
    z = (target - mean) / spread
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    score = spread * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))
    return _mean(score, counted, axis)


def crps_samples(
    target: np.ndarray,
    samples: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The continuous ranked probability score of the distribution that samples make.

    It is the mean of |x - y| minus half the mean of |x - x'| over all pairs of samples, equal ones among
    them (Gneiting & Raftery 2007, equation 21).

    Args:
        target: (...).
        samples: (..., samples).
        mask, axis: as of `mse`.

    Returns, Raises: as of `mse`.
    """
    size = np.shape(samples)[-1]
    target, samples, counted = _checked(target, samples, mask, size)
    ordered = np.sort(samples, axis=-1)
    # The pairs' distances in O(n log n): sample i of n is above i others and below n - 1 - i.
    weights = 2 * np.arange(size) - (size - 1)
    pairs = (ordered * weights).sum(-1) / size**2  # half of the mean over all pairs
    near = np.abs(ordered - target[..., np.newaxis]).mean(-1)
    return _mean(near - pairs, counted, axis)


def coverage(
    target: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The share of targets within intervals, both ends included; 0.9 is right for intervals of 90 %.

    Args:
        target, low, high: (...).
        mask, axis: as of `mse`.

    Returns, Raises: as of `mse`.
    """
    target, low, counted = _checked(target, low, mask)
    _, high, _ = _checked(target, high, counted)
    return _mean(((low <= target) & (target <= high)).astype(np.float64), counted, axis)


def width(
    target: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    mask: np.ndarray | None = None,
    axis: Axis = None,
) -> np.ndarray:
    """The mean width of the intervals whose targets count; arguments, result, errors as of `coverage`."""
    target, low, counted = _checked(target, low, mask)
    _, high, _ = _checked(target, high, counted)
    return _mean(high - low, counted, axis)


def _checked(
    target: np.ndarray,
    forecast: np.ndarray,
    mask: np.ndarray | None,
    last: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Target and forecast in float64, 0 where they do not count, and where they do, bool (...).

    `last` is the size of a further axis of the forecast.
    """
    target = np.asarray(target, np.float64)
    forecast = np.asarray(forecast, np.float64)
    expected = target.shape if last is None else (*target.shape, last)
    if forecast.shape != expected:
        raise ValueError(f"forecast: expected the shape {expected}; got {forecast.shape}")
    counted = ~np.isnan(target)
    if mask is not None:
        if np.shape(mask) != target.shape:
            raise ValueError(
                f"mask: expected the shape {target.shape}; got {np.shape(mask)}"
            )
        counted = counted & np.asarray(mask, bool)
    if not counted.any():
        raise ValueError("expected a target that counts; all are missing or masked")
    if not np.isfinite(forecast[counted]).all():
        raise ValueError("forecast: expected finite numbers where the target counts")
    where = counted if last is None else counted[..., np.newaxis]
    return np.where(counted, target, 0.0), np.where(where, forecast, 0.0), counted


def _mean(values: np.ndarray, counted: np.ndarray, axis: Axis) -> np.ndarray:
    """The mean of what counts; NaN where nothing does."""
    total = np.where(counted, values, 0.0).sum(axis)
    count = counted.sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)[()]
