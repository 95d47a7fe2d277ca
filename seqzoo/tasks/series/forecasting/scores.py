"""Scores of forecasts from rolling origins, window by window."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from seqzoo.metrics import forecasts
from seqzoo.tasks.series.forecasting.bands import NORMAL, POINT, QUANTILES, Forecast
from seqzoo.tasks.series.forecasting.reader_paths import LEVELS  # of CRPS as a sum

EACH = (1, 2)  # a window's axes: steps and targets


class Window(NamedTuple):
    """Some windows of one series, in the order of their origins.

    Attributes:
        values: float32 (windows, look_back, channels), scaled, NaN where missing.
        known: float32 (windows, horizon, known).
        targets: float32 (windows, horizon, targets), scaled, NaN where missing.
        block: numbers the windows' stretches of time, of a horizon each, int64 (windows,).
        center, scale: of the targets, float64 (targets,).
        mase_scale: what MASE divides by, of scaled values, float64 (targets,); NaN where there is none.
        series: the whole one, float32 (time, channels), scaled, NaN where missing: one object for all windows
            of the series.
        origins: the step of the series that each horizon begins with, rising, int64 (windows,).
        static: of the series, float32 (static,).
    """

    values: np.ndarray
    known: np.ndarray
    targets: np.ndarray
    block: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    mase_scale: np.ndarray
    series: np.ndarray
    origins: np.ndarray
    static: np.ndarray


class Scores(NamedTuple):
    """Scores of a backtest.

    Attributes:
        figures: name -> mean over all values that count.
        squares: float64 (blocks, 2): sum of squared errors of a stretch of time, and how many values it has.
        steps: float64 (horizon, 2): `mse` and `mae` of each step ahead; NaN where no value counts.
    """

    figures: dict[str, float]
    squares: np.ndarray
    steps: np.ndarray


def backtest(windows: Iterator[Window], answer: Callable[[Window], Forecast]) -> Scores:
    """Scores of forecasts.

    `mse`, `mae`, `crps` and `width` are those of scaled values, as the literature has them; `mase` and
    `smape` have no unit. `coverage` is the share of values within the forecast's band.

    Args:
        windows: batches of them.
        answer: from some windows to their forecast; it gets them in the order of `windows`.
    """
    rows: dict[str, list[np.ndarray]] = {}
    of_steps: Any = 0
    for batch in windows:
        counts = (~np.isnan(batch.targets)).sum(axis=EACH)
        if not counts.any():
            continue
        forecast = answer(batch)
        found = _of_batch(batch, forecast)
        of_steps = of_steps + _of_steps(batch.targets, forecast.middle)
        for name, values in {**found, "counts": counts, "block": batch.block}.items():
            rows.setdefault(name, []).append(values)
    joined = {name: np.concatenate(parts) for name, parts in rows.items()}
    counts, block = joined.pop("counts"), joined.pop("block")
    figures = {name: _mean(values, counts) for name, values in joined.items()}
    figures = {name: value for name, value in figures.items() if not np.isnan(value)}
    sums = np.stack([np.nan_to_num(joined["mse"]) * counts, counts], axis=1)
    _, places = np.unique(block, return_inverse=True)
    squares = np.zeros((places.max() + 1, 2))
    np.add.at(squares, places, sums)
    with np.errstate(invalid="ignore"):
        steps = of_steps[:, :2] / of_steps[:, 2:]
    return Scores({"score": -figures["mse"], **figures}, squares[squares[:, 1] > 0], steps)


def _of_steps(target: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Sums of squared and of absolute errors of each step, and how many values: float64 (horizon, 3)."""
    wrong = target.astype(np.float64) - middle  # (windows, horizon, targets)
    sums = [np.nansum(wrong**2, axis=(0, 2)), np.nansum(np.abs(wrong), axis=(0, 2))]
    return np.stack([*sums, (~np.isnan(wrong)).sum(axis=(0, 2))], axis=1)


def _mean(values: np.ndarray, counts: np.ndarray) -> float:
    """The mean of windows' means by how many values each has; NaN: nothing counts."""
    there = ~np.isnan(values) & (counts > 0)
    if not there.any():
        return float("nan")
    return float(np.average(values[there], weights=counts[there]))


def _of_batch(batch: Window, forecast: Forecast) -> dict[str, np.ndarray]:
    """Scores of each window, float64 (windows,), NaN where nothing counts."""
    target, middle = batch.targets, forecast.middle
    found: dict[str, Any] = {
        "mse": forecasts.mse(target, middle, axis=EACH),
        "mae": forecasts.mae(target, middle, axis=EACH),
        "smape": forecasts.smape(
            target * batch.scale + batch.center,
            middle * batch.scale + batch.center,
            axis=EACH,
        ),
    }
    if not np.isnan(batch.mase_scale).any():
        found["mase"] = forecasts.mase(target, middle, batch.mase_scale, axis=EACH)
    if forecast.distribution != POINT:
        found |= _of_distribution(target, forecast)
    return found


def _of_distribution(target: np.ndarray, forecast: Forecast) -> dict[str, np.ndarray]:
    ends = forecast.quantiles(forecast.band)
    low, high = ends[..., 0], ends[..., 1]
    if forecast.distribution == NORMAL:
        mean, deviation = np.moveaxis(forecast.given, -1, 0)
        crps = forecasts.crps_normal(target, mean, deviation, axis=EACH)
    else:
        levels = forecast.levels if forecast.distribution == QUANTILES else LEVELS
        crps = forecasts.crps_quantiles(
            target, forecast.quantiles(levels), levels, axis=EACH
        )
    return {
        "crps": crps,
        "coverage": forecasts.coverage(target, low, high, axis=EACH),
        "width": forecasts.width(target, low, high, axis=EACH),
    }
