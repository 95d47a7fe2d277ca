"""How series become channels: which columns, in which order, with which features of the times."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqzoo.datasets.series import (
    Scaler,
    Series,
    calendar,
    spacing,
    time_steps,
)
from seqzoo.datasets.series.times import CYCLES, cycles_of
from seqzoo.errors import InputError
from seqzoo.tasks.arguments import length, one_of, truth
from seqzoo.tasks.series.static import fitted, said, scaled

HOURS, DAYS, WEEKS = 3600, 24 * 3600, 7 * 24 * 3600  # seconds
YEAR = 365.25 * DAYS


@dataclass(frozen=True)
class Plan:
    """All that is to be known of series but their scale; it travels in the artifact's `config.json`.

    The channels are the targets, the features of the past, the time step, then what is known of the future:
    columns, and features of the calendar.

    Attributes:
        look_back, horizon: steps.
        season: steps of a season; 1: none.
        missing: one of `seqzoo.datasets.series.gaps.MISSING`.
        targets, features, known: names of columns.
        cycles: of the calendar, whose sines and cosines are known channels.
        step: seconds between steps, where the time since the step before is a channel; 0: it is none.
        time, series_id, time_format: as in `seqzoo.datasets.series.Columns`.
        until: the last time of training and validation, in ISO 8601; None: there are no times.
        observed: whether the network reads, too, which values were observed; see `flags`.
        static: names of the columns that do not change over a series.
        static_center, static_scale: their mean and deviation over the training's series.
    """

    look_back: int
    horizon: int
    season: int
    missing: str
    targets: tuple[str, ...]
    features: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    step: float = 0.0
    time: str | None = None
    series_id: str | None = None
    time_format: str | None = None
    until: str | None = None
    observed: bool = False
    static: tuple[str, ...] = ()
    static_center: tuple[float, ...] = ()
    static_scale: tuple[float, ...] = ()

    @classmethod
    def of(cls, text: dict[str, Any]) -> "Plan":
        """The plan in an artifact's settings, whose values `SOUND` has checked."""
        found: dict[str, Any] = {name: text[name] for name in SOUND}
        # Younger than the first models.
        found["observed"] = text.get("observed") is True
        found |= {n: tuple(v) for n, v in found.items() if isinstance(v, list)}
        return cls(**found, **said(text))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of numbers, in the order of the channels."""
        return (*self.targets, *self.features, *self.known)

    @property
    def known_count(self) -> int:
        """Channels that are known of the future."""
        return len(self.known) + 2 * len(self.cycles)

    @property
    def count(self) -> int:
        """Channels."""
        past = len(self.targets) + len(self.features) + bool(self.step)
        return past + self.known_count

    @property
    def past_only(self) -> slice:
        """The channels of the features whose future nobody knows."""
        first = len(self.targets)
        return slice(first, first + len(self.features))

    @property
    def flags(self) -> int:
        """How many of the first channels have one more that is 1 where they were observed: all of columns."""
        return self.count - 2 * len(self.cycles) if self.observed else 0

    def with_static(self, series: Sequence[Series]) -> "Plan":
        """The plan of a training on series: the scale of what does not change over each.

        Raises:
            InputError: if there is but one series, or a column is the same for all, or has no number.
        """
        if not self.static:
            return self
        if len(series) < 2 or self.series_id is None:
            raise InputError(
                f"--static {self.static[0]}: expected several series, by --series-id; there is one"
            )
        return dataclasses.replace(self, **fitted(self.static, series))

    def static_of(self, series: Series) -> np.ndarray:
        """What does not change over a series, scaled, 0 where it is missing: float32 (static,)."""
        return scaled(series, self.static_center, self.static_scale)

    def ordered(self, series: Series) -> Series:
        """A series with the plan's columns alone, in its order.

        Raises:
            InputError: on a column that is not there, or times that are expected and not there.
        """
        if series.times is None and (self.cycles or self.step):
            raise InputError(f"{series.where}: expected times, as in the training")
        places = series.channels(self.columns)
        return dataclasses.replace(
            series,
            values=series.values[:, places],
            names=self.columns,
            targets=self.targets,
            known=self.known,
        )

    def channels(self, series: Series, scaler: Scaler) -> np.ndarray:
        """All channels of a series that is `ordered`, scaled, NaN where missing: float32 (time, channels)."""
        values = scaler.transform(series.values, series.id)
        past = len(self.targets) + len(self.features)
        parts = [values[:, :past]]
        if self.step:
            unit = np.timedelta64(round(self.step * 1e6), "us")
            assert series.times is not None  # `ordered` has looked
            parts.append(time_steps(series.times, unit))
        parts.append(values[:, past:])
        if self.cycles:
            assert series.times is not None
            parts.append(calendar(series.times, self.cycles)[1])
        return np.concatenate(parts, axis=1)  # (time, channels)


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _name(value: Any) -> bool:
    return value is None or isinstance(value, str)


# Setting -> whether a value is sound.
SOUND = {
    "look_back": length,
    "horizon": length,
    "season": length,
    "missing": one_of(("mask", "interpolate", "error")),
    "targets": lambda value: bool(value) and _names(value),
    "features": _names,
    "known": _names,
    "cycles": lambda value: _names(value) and set(value) <= CYCLES.keys(),
    "step": lambda value: (
        isinstance(value, (int, float)) and not truth(value) and 0 <= value < 1e12
    ),
    "time": _name,
    "series_id": _name,
    "time_format": _name,
    "until": _name,
}


def season_of(times: np.ndarray | None) -> int:
    """The steps after which a series may repeat itself: a day of hours, a week of days, a year of months.

    Args:
        times: datetime64 (time,), of two steps at least; None: there are none.
    """
    if times is None or len(times) < 2:
        return 1
    between = spacing(times)
    if between.months:
        return max(12 // between.months, 1)
    seconds = between.step / np.timedelta64(1, "s")
    for cycle in (DAYS, WEEKS, YEAR):
        if cycle / seconds >= 2:
            return round(cycle / seconds)
    return 1


def features_of_times(
    series: Sequence[Series], with_calendar: bool
) -> tuple[tuple[str, ...], float]:
    """The cycles of the calendar, and the seconds of a step where steps are not equally far apart, else 0."""
    if any(each.times is None or len(each.times) < 2 for each in series):
        return (), 0.0
    first = series[0].times
    cycles = cycles_of(first) if with_calendar and first is not None else ()
    between = [spacing(each.times) for each in series if each.times is not None]
    step = between[0].step / np.timedelta64(1, "s")
    return cycles, 0.0 if all(each.regular for each in between) else float(step)
