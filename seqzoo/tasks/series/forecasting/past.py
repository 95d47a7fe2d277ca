"""What a forecast begins with: the end of a series, and what is known of the steps behind it."""

import dataclasses
import warnings
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import (
    Columns,
    Scaler,
    Series,
    calendar,
    continued,
    filled,
    read_table,
)
from seqzoo.errors import InputError
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series_input import SeriesTable


class Past(NamedTuple):
    """The end of a series, ready for the network.

    Attributes:
        id: of the series.
        values: float32 (look_back, channels), scaled, NaN where missing; or of the whole series, (time,
            channels).
        known: float32 (horizon, known).
        history: float32 (look_back, targets), in the original unit, NaN where missing.
        times: datetime64 (look_back,) of the history; None: there are none.
        ahead: datetime64 (horizon,) of the forecast; None: there are none.
        scaler: that has the series' scale.
        static: of the series, float32 (static,), scaled.
        series: the whole one, up to the last target and what is known behind it.
    """

    id: str
    values: np.ndarray
    known: np.ndarray
    history: np.ndarray
    times: np.ndarray | None
    ahead: np.ndarray | None
    scaler: Scaler
    static: np.ndarray
    series: Series


def read(
    table: SeriesTable,
    plan: Plan,
    form: Form | None = None,
    beside: tuple[str, ...] = (),
) -> list[Series]:
    """The series of a table, with the plan's columns in its order.

    A column that was no column of the training is left out, and a warning says so.

    Args:
        table: with the columns of the training.
        plan: of the training.
        form: of the file; None: as it shows.
        beside: columns that play another part, of which nothing is told.

    Raises:
        InputError: on a column that is not there, or a cell that is no number; see `read_table`.
    """
    columns = Columns(
        plan.time, plan.targets, plan.features + beside, plan.known, plan.series_id,
        static=plan.static, time_format=plan.time_format,
    )  # fmt: skip
    if table.headless:
        names = [plan.time, plan.series_id, *plan.columns, *plan.static]
        form = Form(columns=tuple(name for name in names if name is not None))
    found = read_table(table.data, columns, form, tell=_warn)
    return [plan.ordered(each) for each in found]


def _warn(line: str) -> None:
    warnings.warn(line, UserWarning, stacklevel=2)


def past_of(series: Series, plan: Plan, scaler: Scaler, whole: bool = False) -> Past:
    """What a forecast of a series begins with.

    Its last steps without a value of any target are the future: they have what is known of it.

    Args:
        series: as `read` gives it.
        plan: of the training.
        scaler: of the training.
        whole: whether the network reads the whole series, not a look-back alone.

    Raises:
        InputError: on too few steps, a gap that is refused, or a future of which something is not known.
    """
    seen = np.flatnonzero(~np.isnan(series.values[:, : len(plan.targets)]).all(axis=1))
    end = int(seen[-1]) + 1 if len(seen) else 0
    if end < plan.look_back:
        raise InputError(
            f"{series.where}: expected {plan.look_back} steps at least, as the network reads; got {end}"
        )
    future = series.part(slice(end, end + plan.horizon))
    _check_known(future, plan)
    scaler = scaler.with_series(series.part(slice(0, end)))
    history = series.part(slice(end - plan.look_back, end))
    ahead = _times_ahead(series, end, plan)
    return Past(
        series.id,
        _values(series.part(slice(0, end)) if whole else history, plan, scaler),
        _known(future, ahead, plan, scaler),
        history.values[:, : len(plan.targets)],
        history.times,
        ahead,
        scaler,
        plan.static_of(series),
        series.part(slice(0, end + plan.horizon)),
    )


def _values(series: Series, plan: Plan, scaler: Scaler) -> np.ndarray:
    """What the network reads of a series, float32 (time, channels); see `Past`.

    Raises:
        InputError: on a gap, where gaps are refused.
    """
    if plan.missing == "error":
        filled(series, plan.missing)
    return plan.channels(series, scaler)


def with_a_future(series: Series, plan: Plan) -> Series:
    """A series whose last steps are the future, where something is known of it: they have no targets then.

    Args:
        series: as `read` gives it.
        plan: of the training.
    """
    targets = series.values[:, : len(plan.targets)]
    if not plan.known or np.isnan(targets[-plan.horizon :]).all():
        return series
    values = series.values.copy()
    values[-plan.horizon :, : len(plan.targets)] = np.nan
    return dataclasses.replace(series, values=values)


def _check_known(future: Series, plan: Plan) -> None:
    if not plan.known:
        return
    names = ", ".join(plan.known)
    if len(future) < plan.horizon:
        raise InputError(
            f"{future.where}: expected {plan.horizon} more steps with {names}, and no "
            f"{plan.targets[0]}: what is known of the future; got {len(future)}"
        )
    known = future.values[:, future.channels(plan.known)]
    if np.isnan(known).any():
        step, channel = np.argwhere(np.isnan(known))[0]
        raise InputError(
            f"{future.where}: {plan.known[channel]}: step {step + 1} of the future is missing"
        )


def _times_ahead(series: Series, end: int, plan: Plan) -> np.ndarray | None:
    """The times of the forecast: those in the table, or further ones, as far apart."""
    if series.times is None:
        return None
    given = series.times[end : end + plan.horizon]
    if len(given) == plan.horizon:
        return given
    if end < 2:
        raise InputError(f"{series.where}: expected two times at least")
    return continued(
        series.times[max(end - plan.look_back, end - 1000, 0) : end], plan.horizon
    )


def _known(
    future: Series, ahead: np.ndarray | None, plan: Plan, scaler: Scaler
) -> np.ndarray:
    """What is known of the steps ahead, float32 (horizon, known)."""
    parts = [np.empty((plan.horizon, 0), np.float32)]
    if plan.known:
        scaled = scaler.transform(future.values, future.id)
        parts.append(scaled[:, future.channels(plan.known)])
    if plan.cycles:
        assert ahead is not None  # `ordered` has looked
        parts.append(calendar(ahead, plan.cycles)[1])
    return np.concatenate(parts, axis=1)
