"""Times of steps: read, continued into the future, and as features."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import numpy as np

from seqzoo.errors import InputError, unknown_name

EXPECTED = "a time like 2016-07-01 00:00, 20160701, 2016-07 or 2016"
UNIX = "unix"  # as a format: seconds since 1970, in UTC
DAY = np.timedelta64(1, "D")
BEGIN = 1000  # steps that mostly tell whether they are months apart
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")  # fromisoformat wants a day, too


def time_of(cell: Any, where: str, form: str | None = None) -> np.datetime64:
    """The time in a cell, datetime64[us]; one with an offset becomes UTC.

    Args:
        cell: text as ISO 8601 has it, a year, a date as eight digits; a `datetime` or `date` of a frame.
        where: it stands; begins errors.
        form: of text, as `datetime.strptime` takes it, or `unix`; None: ISO 8601.

    Raises:
        InputError: if it is no time.
    """
    if isinstance(cell, datetime):
        return _naive(cell)
    if isinstance(cell, date):
        return np.datetime64(cell, "us")
    text = "" if cell is None else str(cell).strip()
    if isinstance(cell, float) and cell.is_integer() and form is None:
        text = str(int(cell))  # a year, in a column with gaps
    try:
        return _by_format(text, form) if form else _by_iso(text)
    except (ValueError, OverflowError):
        expected = EXPECTED if form is None else f"a time of the format {form!r}"
        hint = "; a time format says how others are written" if form is None else ""
        raise InputError(f"{where}: expected {expected}; got {text[:40]!r}{hint}") from None


def _by_iso(text: str) -> np.datetime64:
    if month := _MONTH.fullmatch(text):
        return np.datetime64(f"{month[1]}-{month[2] or '01'}-01", "us")
    return _naive(datetime.fromisoformat(text))


def _by_format(text: str, form: str) -> np.datetime64:
    if form == UNIX:
        return np.datetime64(round(float(text) * 1e6), "us")
    return _naive(datetime.strptime(text, form))


def _naive(moment: datetime) -> np.datetime64:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")


class Spacing(NamedTuple):
    """How far the steps of a series are apart.

    Attributes:
        step: timedelta64[us], the median.
        months: whole months between steps, where each step stands on the same day of its month; else 0.
        regular: whether all steps are equally far apart, in time or in months.
    """

    step: np.timedelta64
    months: int
    regular: bool


def spacing(times: np.ndarray) -> Spacing:
    """How far steps are apart.

    Args:
        times: datetime64 (time,), increasing.

    Raises:
        InputError: if there are fewer than two.
    """
    if len(times) < 2:
        raise InputError(f"times: expected two at least; got {len(times)}")
    apart = np.diff(times.astype("datetime64[us]", copy=False))
    regular = bool((apart == apart[0]).all())  # most are: millions of steps need no order
    step = apart[0] if regular else np.sort(apart)[len(apart) // 2]
    months = _months(times[:BEGIN]) and _months(times)
    return Spacing(step, months, bool(months) or regular)


def _months(times: np.ndarray) -> int:
    """Whole months between steps that stand on the same day of their month, as many each time; else 0."""
    months = times.astype("datetime64[M]")
    within, by_month = times - months, np.diff(months).astype(np.int64)
    alike = (within == within[0]).all() and (by_month == by_month[0]).all()
    return max(int(by_month[0]), 0) if alike else 0


def continued(times: np.ndarray, steps: int) -> np.ndarray:
    """The times of the steps that follow, datetime64[us] (steps,).

    They are as far apart as the median step, or as many months where the steps are months or years.

    Args:
        times: datetime64 (time,), increasing.
        steps: how many.
    """
    last, between = times[-1].astype("datetime64[us]"), spacing(times)
    ahead = np.arange(1, steps + 1)
    if not between.months:
        return last + ahead * between.step
    month = last.astype("datetime64[M]")
    return (month + ahead * between.months).astype("datetime64[us]") + (last - month)


def time_steps(times: np.ndarray, unit: np.timedelta64) -> np.ndarray:
    """The time since the step before, float32 (time, 1); the first step counts as one unit.

    Args:
        times: datetime64 (time,), increasing.
        unit: what counts as 1: the median step of the training part, see `spacing`.
    """
    apart = np.diff(times.astype("datetime64[us]")) / unit.astype("timedelta64[us]")
    return np.concatenate([[1.0], apart]).astype(np.float32)[:, np.newaxis]


def _hour(times: np.ndarray) -> np.ndarray:
    return (times - times.astype("datetime64[D]")) / DAY


def _weekday(times: np.ndarray) -> np.ndarray:
    # 1 January 1970 was a Thursday; Monday is 0.
    return (times.astype("datetime64[D]").astype(np.int64) + 3) % 7 / 7


def _month(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[M]").astype(np.int64) % 12 / 12


def _day_of_year(times: np.ndarray) -> np.ndarray:
    year = times.astype("datetime64[Y]")
    begin, end = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    return (times.astype("datetime64[D]") - begin) / (end - begin)


# Name -> the share of its cycle that has passed, from 0 to below 1; shortest cycle first.
CYCLES = {"hour": _hour, "weekday": _weekday, "month": _month, "day_of_year": _day_of_year}
LONGEST_STEP = {"hour": 1, "weekday": 7, "month": 366, "day_of_year": 366}  # days


def cycles_of(times: np.ndarray) -> tuple[str, ...]:
    """The cycles that steps of this spacing pass through: no hour of daily steps, nothing of yearly ones."""
    step = spacing(times).step
    return tuple(name for name, days in LONGEST_STEP.items() if step * 1.01 < days * DAY)


def calendar(
    times: np.ndarray, cycles: Sequence[str] | None = None
) -> tuple[tuple[str, ...], np.ndarray]:
    """Features of the calendar: a sine and a cosine for each cycle, so that its end is near its beginning.

    `hour` is the time of the day with its minutes; `weekday` counts from Monday; `month` and `day_of_year`
    pass in a year.

    Args:
        times: datetime64 (time,).
        cycles: some of `hour`, `weekday`, `month`, `day_of_year`; None: those of `cycles_of`.

    Returns:
        Names such as `hour_sine` and `hour_cosine`, and float32 (time, names).

    Raises:
        InputError: on an unknown cycle.
    """
    chosen = cycles_of(times) if cycles is None else tuple(cycles)
    names: list[str] = []
    columns = [np.empty((len(times), 0))]
    for cycle in chosen:
        if cycle not in CYCLES:
            raise unknown_name("calendar feature", cycle, CYCLES)
        angle = 2 * np.pi * CYCLES[cycle](times.astype("datetime64[us]"))
        names += [f"{cycle}_sine", f"{cycle}_cosine"]
        columns.append(np.stack([np.sin(angle), np.cos(angle)], axis=1))  # (time, 2)
    return tuple(names), np.concatenate(columns, axis=1).astype(np.float32)
