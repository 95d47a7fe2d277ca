"""From series to forecasts: `python reader.py < series.jsonl`, an object of columns a line.

A column is a list of numbers by name, null where a value is missing: `{"load": [3.1, 2.9, ...]}`. The time
column has times in ISO 8601. A column that tells the series, where the training had one, has one id a line.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from paths import LEVELS, Start, States, Walk, quantiles, shares, widened
from runtime import Network
from series import carried, filled, numbers, parsed, static_of
from times import calendar, continued, told

FOLDER = Path(__file__).parent
BAND = (0.1, 0.9)
PARAMETERS = {
    "normal": ("mean", "deviation"),
    "student_t": ("location", "scale", "freedom"),
    "negative_binomial": ("mean", "dispersion"),
}


class Reader:
    """The exported forecaster.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        said = json.loads((folder / "scaler.json").read_text("utf-8"))
        self.statistics = {
            key: (np.array(each["center"]), np.array(each["scale"]))
            for key, each in said["statistics"].items()
        }
        self.columns = [*self.text["targets"], *self.text["features"], *self.text["known"]]
        # One for each column, and for the time since the step before.
        self.flags = 0
        if self.text["observed"]:
            self.flags = len(self.columns) + bool(self.text["step"])

    def predict(self, tables: Sequence[Any]) -> list[dict[str, Any]]:
        """Forecast each table, an object of columns or its JSON.

        Returns:
            For each `forecast`, a list a target in the original unit, and `times` or `steps`; of a
            distribution `low` and `high`, the ends of `band`, and `quantiles` or its parameters; of several
            series `{"series": [...]}`.

        Raises:
            ValueError: on a table that cannot be used.
        """
        return [self._answer(parsed(table)) for table in tables]

    def plain(self, answer: dict[str, Any]) -> str:
        """A forecast's numbers in four digits, a line a target."""
        lines = []
        for each in answer.get("series", [answer]):
            for name, values in each["forecast"].items():
                begin = [str(each["id"])] if "id" in each else []
                begin += [name] if len(self.text["targets"]) > 1 else []
                lines.append(" ".join([*begin, *(f"{value:.4g}" for value in values)]))
        return "\n".join(lines)

    def _answer(self, table: dict[str, list]) -> dict[str, Any]:
        text, targets = self.text, len(self.text["targets"])
        values = self._numbers(table)
        seen = np.flatnonzero(~np.isnan(values[:, :targets]).all(axis=1))
        end = seen[-1] + 1 if len(seen) else 0
        if end < text["look_back"]:
            raise ValueError(f"expected {text['look_back']} steps at least; got {end}")
        series, (center, scale) = self._scale(table, values[:end])
        times, ahead = self._times(table, end)
        scaled = ((values - center) / scale).astype(np.float32)
        known = self._known(scaled[end : end + text["horizon"]], ahead)
        begin = 0 if text["states"] else end - text["look_back"]
        times = None if times is None else times[begin:]
        history = self._channels(scaled[begin:end], times)
        way = self._walked if text["states"] else self._whole
        found = way(history, known, static_of(table, text))
        about = {} if series is None else {"id": series}
        about |= told(ahead, text["horizon"])
        answer = about | self._columns(*found, center[:targets], scale[:targets])
        return answer if series is None else {"series": [answer]}

    def _whole(
        self, history: np.ndarray, known: np.ndarray, static: np.ndarray
    ) -> tuple[Any, Any, Any]:
        """The forecast of a network that gives all steps at once; see `_columns`."""
        text = self.text
        values = filled(history, np.arange(len(history)), text["missing"])
        values = self._flagged(values, history)
        given = {
            "values": values[None, :, : text["channels"]],
            "lengths": np.array([text["look_back"]], np.int32),
            "known": known[None],
            "static": static,
        }
        found = self.network.run(given)["forecast"][0].astype(np.float64)
        if text["distribution"] == "quantiles":
            levels = text["quantiles"]
            middle = found[..., int(np.argmin(np.abs(np.array(levels) - 0.5)))]
            return middle, self._widened(found, middle), levels
        return found, found, None

    def _walked(
        self, history: np.ndarray, known: np.ndarray, static: np.ndarray
    ) -> tuple[Any, Any, Any]:
        """The forecast of a network that gives a step at a time; see `_columns`."""
        if self.network.length not in (None, 1):
            raise ValueError(
                "expected a network of one step: its states pass through padding"
            )
        text = self.text
        values = carried(history, text["missing"])[None]
        inputs = self._flagged(values[0], history)[None]
        following = np.concatenate(
            [values[:, 1:, values.shape[2] - known.shape[1] :], known[None, :1]], 1
        )
        states = {
            name: np.zeros((1, size), np.float32) for name, size in text["states"].items()
        }
        piece = self.network.length or len(history)
        for begin in range(0, len(history), piece):
            some = slice(begin, begin + piece)
            given, states = self._run(inputs[:, some], following[:, some], static, states)
        first = len(text["targets"])
        features = inputs[:, -1, first : first + len(text["features"])]
        start = Start(given[:, -1], states, known[None], static, features)
        walk = Walk(self._run, text["distribution"], int(bool(text["step"])), self.flags)
        if text["distribution"] == "point":
            point = walk.point(start)[0]
            return point, point, None
        where = shares(len(known), len(text["targets"]))
        middle, quantiles_of = walk.drawn(start, where)
        return middle[0], self._widened(quantiles_of[0], middle[0]), LEVELS

    def _widened(self, found: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Quantiles (horizon, targets, levels) as wide as the validation part asked for."""
        if self.text["widths"] is None:
            return found
        return widened(found, middle, np.array(self.text["widths"]))

    def _flagged(self, values: np.ndarray, raw: np.ndarray) -> np.ndarray:
        """Values (steps, channels), behind them 1 where the first were observed, 0 where not."""
        return np.concatenate(
            [values, ~np.isnan(raw[:, : self.flags])], 1, dtype=np.float32
        )

    def _run(self, values: Any, known: Any, static: Any, states: States) -> Any:
        given = {"values": values, "known": known, "static": static, **states}
        found = self.network.run(given)
        return found["forecast"], {name: found[f"next_{name}"] for name in states}

    def _columns(
        self, middle: Any, found: Any, levels: Any, center: np.ndarray, scale: np.ndarray
    ) -> dict[str, Any]:
        """The answer's numbers in the original unit.

        Args:
            middle: (horizon, targets); of a distribution its parameters.
            found: the same, or (horizon, targets, levels), quantiles.
            levels: of the quantiles; None: there are none.
            center, scale: float64 (targets,).
        """
        text = self.text
        if levels is None and text["distribution"] == "point":
            return {"forecast": self._named(middle * scale + center)}
        if levels is None:
            return self._parameters(found, center, scale)
        found = found * scale[:, None] + center[:, None]
        first, last = (0, -1) if not text["states"] else map(LEVELS.index, BAND)
        return {
            "forecast": self._named(middle * scale + center),
            "band": [levels[first], levels[last]],
            "low": self._named(found[..., first]),
            "high": self._named(found[..., last]),
            "quantiles": {
                str(level): self._named(found[..., place])
                for place, level in enumerate(levels)
            },
        }

    def _parameters(self, found: np.ndarray, center: np.ndarray, scale: np.ndarray) -> Any:
        """Mean, band and parameters of a distribution."""
        text, kind = self.text, self.text["distribution"]
        found = found.copy()
        if kind in ("normal", "student_t"):  # counts are not scaled
            found[..., :2] *= scale[:, None]
            found[..., 0] += center
            if text["widths"] is not None:
                found[..., 1] *= np.array(text["widths"])[:, None]
        ends = quantiles(kind, found, BAND)
        return {
            "forecast": self._named(found[..., 0]),
            "band": list(BAND),
            "low": self._named(ends[..., 0]),
            "high": self._named(ends[..., 1]),
        } | {name: self._named(found[..., i]) for i, name in enumerate(PARAMETERS[kind])}

    def _named(self, values: np.ndarray) -> dict[str, list[float]]:
        """Numbers (horizon, targets) by the names of the targets."""
        return {n: values[:, i].tolist() for i, n in enumerate(self.text["targets"])}

    def _numbers(self, table: dict[str, list]) -> np.ndarray:
        """float64 (steps, columns), NaN where missing; as float32 has them, as the model was trained."""
        return numbers(table, self.columns).astype(np.float64)

    def _scale(self, table: dict[str, list], past: np.ndarray) -> tuple[Any, Any]:
        """The id of the series, and its centre and scale."""
        if self.text["series_id"] is None:
            return None, next(iter(self.statistics.values()))
        (series,) = dict.fromkeys(map(str, table[self.text["series_id"]]))
        if "" in self.statistics or series in self.statistics:
            return series, self.statistics.get(series) or self.statistics[""]
        deviation = np.nanstd(past, axis=0)
        return series, (np.nanmean(past, axis=0), np.where(deviation > 0, deviation, 1))

    def _times(self, table: dict[str, list], end: int) -> tuple[Any, Any]:
        """Times of past and forecast, datetime64; None: there are none."""
        name = self.text["time"]
        if name is None:
            return None, None
        times = np.array(table[name], "datetime64[us]")
        horizon, most = self.text["horizon"], min(self.text["look_back"], 1000)
        if len(times) >= end + horizon:
            return times[:end], times[end : end + horizon]
        return times[:end], continued(times[end - most : end], horizon)

    def _channels(self, scaled: np.ndarray, times: Any) -> np.ndarray:
        """All channels of the history, float32 (look_back, channels)."""
        text = self.text
        past = len(text["targets"]) + len(text["features"])
        parts = [scaled[:, :past]]
        if text["step"]:
            unit = np.timedelta64(round(text["step"] * 1e6), "us")
            parts.append(np.concatenate([[1.0], np.diff(times) / unit])[:, None])
        parts += [scaled[:, past:], calendar(times, text["cycles"], len(scaled))]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _known(self, scaled: np.ndarray, ahead: Any) -> np.ndarray:
        """What is known of the steps ahead, float32 (horizon, known)."""
        text, horizon = self.text, self.text["horizon"]
        count = len(text["known"])
        own = scaled[:, len(self.columns) - count :] if count else np.empty((horizon, 0))
        if len(own) < horizon or np.isnan(own).any():
            raise ValueError(f"expected {horizon} further steps of {text['known']}")
        of_times = calendar(ahead, text["cycles"], horizon)
        return np.concatenate([own, of_times], axis=1).astype(np.float32)


if __name__ == "__main__":
    sys.exit(answer(Reader()))
