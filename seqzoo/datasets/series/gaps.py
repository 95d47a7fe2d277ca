"""Missing values: masked, interpolated, or an error."""

import dataclasses

import numpy as np

from seqzoo.datasets.series.series import Series
from seqzoo.errors import InputError, unknown_name

MISSING = ("mask", "interpolate", "error")


def filled(series: Series, missing: str = "mask") -> tuple[Series, np.ndarray]:
    """A series without NaN, and which of its values were observed.

    Apply it to scaled values, so that the 0 that `mask` writes is the mean. Interpolation reads the value
    behind a gap: apply it to each part on its own, never across the border of training and test.

    Args:
        series: with NaN where values are missing.
        missing: `mask` writes 0; `interpolate` draws a straight line in time between the neighbours, and
            repeats the nearest value before the first and after the last; `error` refuses gaps.

    Returns:
        The series, its values copied only where there are gaps, and bool (time, channels).

    Raises:
        InputError: on a gap, if `error`; on a channel without any value, if `interpolate`; on another name.
    """
    if missing not in MISSING:
        raise unknown_name("missing", missing, MISSING)
    observed = ~np.isnan(series.values)
    if observed.all():
        return series, observed
    if missing == "error":
        raise InputError(_first_gap(series, observed))
    values = np.where(observed, series.values, np.float32(0))
    if missing == "interpolate":
        _interpolate(series, values, observed)
    return dataclasses.replace(series, values=values), observed


def _first_gap(series: Series, observed: np.ndarray) -> str:
    step, channel = np.argwhere(~observed)[0].tolist()
    when = "" if series.times is None else f" ({series.times[step].item()})"
    count = int((~observed).sum())
    return (
        f"{series.where}, column {series.names[channel]!r}: the value of step {step + 1}{when} is missing, "
        f"{count:,} in all; missing: mask or interpolate takes gaps"
    )


def _interpolate(series: Series, values: np.ndarray, observed: np.ndarray) -> None:
    """Write straight lines into the gaps of values."""
    places = np.arange(len(series), dtype=np.float64)
    if series.times is not None:
        places = (series.times - series.times[0]) / np.timedelta64(1, "s")
    for channel, name in enumerate(series.names):
        there = observed[:, channel]
        if not there.any():
            raise InputError(
                f"{series.where}, column {name!r}: no value to interpolate between"
            )
        column = np.interp(places[~there], places[there], values[there, channel])
        values[~there, channel] = column
