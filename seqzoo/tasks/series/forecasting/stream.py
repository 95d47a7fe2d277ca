"""A forecast after each new observation, as a sensor needs it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.series import Series
from seqzoo.datasets.series.times import time_of
from seqzoo.errors import InputError
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.tasks.series.forecasting.options import drawing
from seqzoo.tasks.series.forecasting.past import Past
from seqzoo.tasks.series.forecasting.recursion import Origin, Reading, Recursion

if TYPE_CHECKING:
    from seqzoo.tasks.series.forecasting.predictor import Forecaster

FEED = "feed()"  # begins errors


class Follower:
    """A recursive model's state along a stream, and the last step of it that a forecast may begin behind.

    Args:
        recursion: the model.
        static: of the series, float32 (static,), scaled.
    """

    def __init__(self, recursion: Recursion, static: np.ndarray):
        self.recursion = recursion
        self._reading: Reading = recursion.begin(static)
        # The last step waits: it is read together with what is known of the step after it.
        self._waiting: np.ndarray | None = None
        self._origin: Origin | None = None

    def feed(self, values: np.ndarray, observed: bool) -> None:
        """Read on by a step.

        Args:
            values: of the new step, float32 (1, channels), scaled, NaN where missing.
            observed: whether it has a target, so that a forecast may begin behind it.

        Raises:
            InputError: on a missing value, where these are refused; nothing is read then.
        """
        rows = values
        if self._waiting is not None:
            rows = np.concatenate([self._waiting, values])
        origin = self.recursion.origin(self._reading, rows)
        self._waiting = values
        if observed:
            self._origin = origin

    def forecast(self, past: Past, paths: int, seed: int) -> Forecast:
        """The forecast behind the last step with a target; see `Recursion.ahead`."""
        assert self._origin is not None  # `past_of` has looked for such steps
        return self.recursion.ahead([self._origin], past.known[np.newaxis], paths, seed)


class Stream:
    """Takes observations one by one and forecasts from the last of them.

    It holds the last steps and no others. A recursive model's state goes on with each observation, and no
    step is read twice; other models read their look-back at each forecast. So an observation takes the same
    time after a million as after a hundred, and a forecast is the one that the whole series has.

    Args:
        predictor: the forecaster.
        series_id: of a model of several series, which one this is.
        static: what does not change over it, numbers by the names of the columns, where the model reads such.

    Raises:
        InputError: on an id where there is one series, or one that has no scale in the model; on static
            numbers that are missing, or that the model does not read.
    """

    def __init__(
        self,
        predictor: Forecaster,
        series_id: str | None = None,
        static: Mapping[str, float] | None = None,
    ):
        plan = predictor.plan
        known = predictor.scaler.statistics
        if (series_id is None) != (plan.series_id is None):
            expected = "an id" if series_id is None else "no id: the model has one series"
            raise InputError(f"series_id: expected {expected}")
        if series_id is not None and "" not in known and series_id not in known:
            raise InputError(
                f"series_id: expected a series of the training, whose scale is known; got {series_id!r}"
            )
        self.predictor = predictor
        self.series_id = series_id or ""
        self.count = 0
        # Behind the look-back there may be steps whose target is missing.
        most = plan.look_back + plan.horizon
        self._values: deque[list[float]] = deque(maxlen=most)
        self._times: deque[np.datetime64] = deque(maxlen=most)
        if set(static or ()) != set(plan.static):
            raise InputError(
                f"static: expected numbers of {', '.join(plan.static) or 'no columns'}; "
                f"got {', '.join(static or ()) or 'none'}"
            )
        self._static = np.array(self._numbers(static or {}, plan.static), np.float32)
        inference, self._follower = predictor.inference, None
        if isinstance(inference, Recursion):
            own = plan.static_of(self._series([], []))
            self._follower = Follower(inference, own)

    def feed(self, observation: Mapping[str, Any]) -> None:
        """Take the next step.

        Args:
            observation: numbers by the names of the columns, and the time where the model reads times; None
                where a value is missing.

        Raises:
            InputError: on a column that is not there, a cell that is no number, or a time that does not
                follow the one before; the stream is as it was.
        """
        moment = self._moment(observation)
        values = self._numbers(observation, self.predictor.plan.columns)
        if self._follower is not None:
            self._follow(self._follower, values, moment)
        if moment is not None:
            self._times.append(moment)
        self._values.append(values)
        self.count += 1

    @property
    def ready(self) -> bool:
        """Whether there are as many steps as the network reads."""
        return len(self._values) >= self.predictor.plan.look_back

    def forecast(
        self, ahead: Sequence[Mapping[str, Any]] = (), **given: Any
    ) -> dict[str, Any]:
        """The forecast from the last observation, as `Forecaster.predict` gives it for the whole series.

        Args:
            ahead: what is known of each step of the horizon, by the names of the columns.
            given: options of the task.

        Raises:
            InputError: on too few observations, or too little that is known of the future.
        """
        predictor = self.predictor
        plan = predictor.plan
        targets = [float("nan")] * (len(plan.targets) + len(plan.features))
        rows = [*self._values, *(targets + self._numbers(row, plan.known) for row in ahead)]
        times: list[np.datetime64] = list(self._times)
        for row in ahead:
            moment = self._moment(row, times[-1] if times else None)
            times += [] if moment is None else [moment]
        past = predictor.past(self._series(rows, times))
        options = predictor.options(**given)
        if self._follower is None:
            forecast = predictor.inference.of_pasts([past])
        elif options.anomalies:
            raise InputError("anomalies: the stream of a recursive model holds no series")
        else:
            forecast = self._follower.forecast(past, *drawing(options))
        return predictor.answer(past, next(forecast.rows()), options)

    def _series(
        self, rows: Sequence[Sequence[float]], times: Sequence[np.datetime64]
    ) -> Series:
        """Rows of numbers, and their times where there are such, as a series."""
        plan = self.predictor.plan
        return Series(
            np.array(rows, np.float32).reshape(len(rows), len(plan.columns)),
            plan.columns,
            np.array(times, "datetime64[us]") if times else None,
            self.series_id,
            self._static if plan.static else None,
            plan.static,
            targets=plan.targets,
            known=plan.known,
            where="the stream",
        )

    def _follow(
        self, follower: Follower, values: list[float], moment: np.datetime64 | None
    ) -> None:
        """Let the state go on to a new step.

        Raises:
            InputError: on a missing value, where these are refused.
        """
        before = list(self._values)[-1:]
        times = [] if moment is None else [*list(self._times)[-1:], moment]
        series = self._series([*before, values], times)
        plan, scaler = self.predictor.plan, self.predictor.scaler
        observed = not np.isnan(values[: len(plan.targets)]).all()
        follower.feed(plan.channels(series, scaler)[-1:], observed)

    def _moment(
        self, row: Mapping[str, Any], before: np.datetime64 | None = None
    ) -> np.datetime64 | None:
        """The time of a row; None: the model reads none."""
        plan = self.predictor.plan
        if plan.time is None:
            return None
        if plan.time not in row:
            raise InputError(f"{FEED}: expected the time {plan.time!r}")
        moment = time_of(row[plan.time], FEED, plan.time_format)
        last = before if before is not None else (self._times[-1] if self._times else None)
        if last is not None and moment <= last:
            raise InputError(f"{FEED}: expected a time after {last}; got {moment}")
        return moment

    def _numbers(self, row: Mapping[str, Any], names: Sequence[str]) -> list[float]:
        """The numbers of a row by names of columns; NaN where a value is missing."""
        found = []
        for name in names:
            if name not in row:
                raise InputError(f"{FEED}: expected the column {name!r}; got {list(row)}")
            value = row[name]
            try:
                found.append(float("nan") if value is None else float(value))
            except (TypeError, ValueError):
                raise InputError(
                    f"{FEED}: {name!r}: expected a number; got {value!r:.40}"
                ) from None
        return found
