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
from runtime import Network
from series import filled, numbers, parsed

FOLDER = Path(__file__).parent
DAY = np.timedelta64(1, "D")


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

    def predict(self, tables: Sequence[Any]) -> list[dict[str, Any]]:
        """Forecast each table, an object of columns or its JSON.

        Returns:
            For each `forecast`, a list a target in the original unit, and `times` or `steps`; of several
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
        begin = end - text["look_back"]
        series, (center, scale) = self._scale(table, values[:end])
        times, ahead = self._times(table, begin, end)
        scaled = ((values - center) / scale).astype(np.float32)
        history = self._channels(scaled[begin:end], times)
        known = self._known(scaled[end : end + text["horizon"]], ahead)
        given = {
            "values": filled(history, np.arange(len(history)), text["missing"])[
                None, :, : text["channels"]
            ],
            "lengths": np.array([text["look_back"]], np.int32),
            "known": known[None],
        }
        found = self.network.run(given)["forecast"][0].astype(np.float64)
        middle = self._middle(found) * scale[:targets] + center[:targets]
        about = {} if series is None else {"id": series}
        about |= _told(ahead, text["horizon"])
        columns = {n: middle[:, i].tolist() for i, n in enumerate(text["targets"])}
        answer = {**about, "forecast": columns}
        return answer if series is None else {"series": [answer]}

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

    def _times(self, table: dict[str, list], begin: int, end: int) -> tuple[Any, Any]:
        """Times of history and forecast, datetime64; None: there are none."""
        name = self.text["time"]
        if name is None:
            return None, None
        times = np.array(table[name], "datetime64[us]")
        horizon = self.text["horizon"]
        if len(times) >= end + horizon:
            return times[begin:end], times[end : end + horizon]
        return times[begin:end], _continued(times[begin:end], horizon)

    def _channels(self, scaled: np.ndarray, times: Any) -> np.ndarray:
        """All channels of the history, float32 (look_back, channels)."""
        text = self.text
        past = len(text["targets"]) + len(text["features"])
        parts = [scaled[:, :past]]
        if text["step"]:
            unit = np.timedelta64(round(text["step"] * 1e6), "us")
            parts.append(np.concatenate([[1.0], np.diff(times) / unit])[:, None])
        parts += [scaled[:, past:], _calendar(times, text["cycles"], len(scaled))]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _known(self, scaled: np.ndarray, ahead: Any) -> np.ndarray:
        """What is known of the steps ahead, float32 (horizon, known)."""
        text, horizon = self.text, self.text["horizon"]
        count = len(text["known"])
        own = scaled[:, len(self.columns) - count :] if count else np.empty((horizon, 0))
        if len(own) < horizon or np.isnan(own).any():
            raise ValueError(f"expected {horizon} further steps of {text['known']}")
        calendar = _calendar(ahead, text["cycles"], horizon)
        return np.concatenate([own, calendar], axis=1).astype(np.float32)

    def _middle(self, found: np.ndarray) -> np.ndarray:
        """The mean, or the median, of the network's numbers: (horizon, targets)."""
        kind = self.text["distribution"]
        if kind == "point":
            return found
        levels = np.array(self.text["quantiles"]) if kind == "quantiles" else np.zeros(1)
        return found[..., int(np.argmin(np.abs(levels - 0.5)))]


def _continued(times: np.ndarray, horizon: int) -> np.ndarray:
    """The times that follow: as far apart as the median step, or by months."""
    apart, steps = np.diff(times), np.arange(1, horizon + 1)
    months = times.astype("datetime64[M]")
    within, by_month = times - months, np.diff(months).astype(np.int64)
    if (within == within[0]).all() and by_month[0] > 0 and len(set(by_month)) == 1:
        later = months[-1] + steps * by_month[0]
        return later.astype("datetime64[us]") + within[-1]
    return times[-1] + steps * np.sort(apart)[len(apart) // 2]


def _calendar(times: Any, cycles: Sequence[str], count: int) -> np.ndarray:
    """Sine and cosine of each cycle: (steps, 2 * cycles)."""
    columns = [np.empty((count, 0))]
    for cycle in cycles:
        angle = 2 * np.pi * _passed(times, cycle)
        columns.append(np.stack([np.sin(angle), np.cos(angle)], axis=1))
    return np.concatenate(columns, axis=1)


def _passed(times: np.ndarray, cycle: str) -> np.ndarray:
    """The share of a cycle that has passed."""
    days = times.astype("datetime64[D]")
    if cycle == "hour":
        return (times - days) / DAY
    if cycle == "weekday":  # 1 January 1970 was a Thursday
        return (days.astype(np.int64) + 3) % 7 / 7
    if cycle == "month":
        return times.astype("datetime64[M]").astype(np.int64) % 12 / 12
    year = times.astype("datetime64[Y]")
    first, last = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    return (days - first) / (last - first)


def _told(times: Any, count: int) -> dict[str, list]:
    """Times in ISO 8601, or the numbers of the steps."""
    if times is None:
        return {"steps": list(range(1, count + 1))}
    for unit in ("D", "m", "s", "us"):
        if (times.astype(f"datetime64[{unit}]") == times).all():
            break
    return {"times": [str(each) for each in times.astype(f"datetime64[{unit}]")]}


if __name__ == "__main__":
    sys.exit(answer(Reader()))
