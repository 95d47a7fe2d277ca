"""What is wrong with series, or stands out in them."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqzoo.datasets.series.series import Series
from seqzoo.errors import InputError

Tell = Callable[[str], Any]
SAME = 16  # steps: so many equal ones in a row are no chance


def warn(line: str) -> None:
    """Tell a line as a warning of Python's."""
    warnings.warn(line, UserWarning, stacklevel=3)


def check_times(times: np.ndarray, where: Callable[[int], str], column: str) -> None:
    """Refuse times that do not increase.

    Args:
        times: datetime64 (time,).
        where: the place of a step, for errors.
        column: the name of the times' column.

    Raises:
        InputError: naming the first step whose time is repeated, or before that of the step above.
    """
    wrong = np.flatnonzero(np.diff(times) <= np.timedelta64(0))
    if not len(wrong):
        return
    step = int(wrong[0]) + 1
    now, before = times[step].item(), times[step - 1].item()
    what = (
        f"the time {now} is repeated: one step a time expected; several series need an id column"
        if now == before
        else f"the time {now} stands after {before}: sort the rows by time"
    )
    raise InputError(f"{where(step)}, column {column!r}: {what}")


def constant_channels(series: Sequence[Series]) -> list[str]:
    """The names of channels that have one value in all the series, or none; they tell a model nothing.

    Args:
        series: with the same channels; of the training part, say.
    """
    found = []
    for channel, name in enumerate(series[0].names):
        columns = [each.values[:, channel] for each in series]
        seen = [column[~np.isnan(column)] for column in columns]
        ends = {
            end for column in seen if len(column) for end in (column.min(), column.max())
        }
        if len(ends) < 2:
            found.append(name)
    return found


def tell_constant(series: Sequence[Series], tell: Tell = warn) -> None:
    """Tell which channels are constant in all the series."""
    for name in constant_channels(series):
        tell(f"{series[0].where}, column {name!r}: the channel is constant")


def refuse_overlap(train: Sequence[Series], test: Sequence[Series]) -> None:
    """Refuse a test of forecasts that the training has seen.

    Series with the same id are compared; one series each are compared whatever their ids. With times, a test
    must begin after the training ends. Without times, its first 16 steps must not stand in the training.

    Raises:
        InputError: naming both places.
    """
    alone = len(train) == len(test) == 1
    by_id = {each.id: each for each in train}
    for theirs in test:
        ours = train[0] if alone else by_id.get(theirs.id)
        if ours is None or not len(ours) or not len(theirs):
            continue
        if ours.times is not None and theirs.times is not None:
            if theirs.times[0] <= ours.times[-1]:
                raise InputError(
                    f"{theirs.where}: the test overlaps the training: it begins at {theirs.times[0].item()}; "
                    f"{ours.where} ends at {ours.times[-1].item()}"
                )
        elif (place := _place_of(theirs.values[:SAME], ours.values)) is not None:
            raise InputError(
                f"{theirs.where}: the test overlaps the training: its first steps stand in {ours.where}, "
                f"from step {place + 1} on"
            )


def _place_of(steps: np.ndarray, values: np.ndarray) -> int | None:
    """Where equal steps begin among others; None: nowhere, or they are too few or too alike to tell."""
    varied = (
        len(steps) == SAME and (np.nanmax(steps, axis=0) > np.nanmin(steps, axis=0)).any()
    )
    if not varied or steps.shape[1] != values.shape[1]:
        return None
    places = np.arange(len(values) - SAME + 1)
    for offset, step in enumerate(steps):
        there = values[places + offset]  # (places, channels)
        equal = (there == step) | (np.isnan(there) & np.isnan(step))
        places = places[equal.all(axis=1)]
    return int(places[0]) if len(places) else None


def repeated(train: Sequence[Series], test: Sequence[Series]) -> int:
    """How many series of a test stand in the training, too, value by value; for classification."""
    seen = {_key(each) for each in train}
    return sum(_key(each) in seen for each in test)


def _key(series: Series) -> tuple[tuple[int, ...], bytes]:
    return series.values.shape, np.ascontiguousarray(series.values).tobytes()
