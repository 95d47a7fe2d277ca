"""Scaling of channels, fitted on the training part alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.series.series import Series
from seqzoo.errors import InputError, unknown_name

KINDS = ("standard", "robust", "none")
SCOPES = ("all", "series")
BLOCK = 2**20  # values whose float64 copies are in memory at once
ALL = ""  # stands for all series


class Statistics(NamedTuple):
    """What is subtracted from each channel, then what it is divided by: float64 (channels,)."""

    center: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True)
class Scaler:
    """Subtracts a channel's centre and divides by its scale; NaN stays NaN.

    Attributes:
        kind: `standard`, mean and standard deviation (divided by n, not n - 1); `robust`, median and
            interquartile range; `none`. A channel whose interquartile range is 0 has its standard deviation
            instead, and a constant channel the scale 1.
        scope: whether `all` series have the same statistics, or each `series` its own.
        names: of the channels.
        statistics: by the series' id; under the empty id, if all have the same.
    """

    kind: str
    scope: str
    names: tuple[str, ...]
    statistics: dict[str, Statistics] = field(repr=False)

    @classmethod
    def fit(
        cls, series: Sequence[Series], kind: str = "standard", scope: str = "all"
    ) -> "Scaler":
        """A scaler of training series.

        Args:
            series: the training part of each, as `Series.part` gives it; with the same channels.
            kind: `standard`, `robust` or `none`.
            scope: `all` or `series`.

        Raises:
            InputError: on unknown names, other channels, two series with one id, a channel without a value.
        """
        if kind not in KINDS:
            raise unknown_name("scaling", kind, KINDS)
        if scope not in SCOPES:
            raise unknown_name("scope of the scaling", scope, SCOPES)
        names = series[0].names
        for each in series:
            _check_names(each, names)
        if scope == "all":
            return cls(kind, scope, names, {ALL: _statistics(series, kind)})
        found: dict[str, Statistics] = {}
        for each in series:
            if each.id in found:
                raise InputError(f"{each.where}: two series have the id {each.id!r}")
            found[each.id] = _statistics([each], kind)
        return cls(kind, scope, names, found)

    def with_series(self, series: Series) -> "Scaler":
        """The scaler with the statistics of one more series, fitted on its own past.

        Raises:
            InputError: on other channels, or a channel without a value.
        """
        _check_names(series, self.names)
        if self.scope == "all":
            return self
        more = {series.id: _statistics([series], self.kind)}
        return Scaler(self.kind, self.scope, self.names, self.statistics | more)

    def transform(self, values: np.ndarray, series_id: str = ALL) -> np.ndarray:
        """Scaled values, float32 (..., channels).

        Args:
            values: (..., channels).
            series_id: of the series; of no account if all have the same statistics.

        Raises:
            InputError: on a series without statistics.
        """
        center, scale = self._of(series_id)
        return ((values - center) / scale).astype(np.float32)

    def inverse(
        self,
        values: np.ndarray,
        series_id: str = ALL,
        channels: Sequence[int] | np.ndarray | None = None,
    ) -> np.ndarray:
        """Values as they were before, float64 (..., channels).

        Args:
            values: scaled, (..., channels).
            series_id: as above.
            channels: the places of those that are given; None: all.

        Raises:
            InputError: on a series without statistics.
        """
        center, scale = self._of(series_id)
        if channels is not None:
            center, scale = center[channels], scale[channels]
        return np.asarray(values, np.float64) * scale + center

    def inverse_deviation(
        self,
        values: np.ndarray,
        series_id: str = ALL,
        channels: Sequence[int] | np.ndarray | None = None,
    ) -> np.ndarray:
        """Differences and standard deviations as they were before: as `inverse`, nothing added."""
        scale = self._of(series_id).scale
        return np.asarray(values, np.float64) * (
            scale if channels is None else scale[channels]
        )

    def _of(self, series_id: str) -> Statistics:
        key = ALL if self.scope == "all" else series_id
        if key not in self.statistics:
            raise unknown_name("series with a scale", series_id, self.statistics)
        return self.statistics[key]

    def to_json(self) -> str:
        """All of it as JSON; `from_json` gives an equal scaler, to the last bit."""
        statistics = {
            key: {"center": found.center.tolist(), "scale": found.scale.tolist()}
            for key, found in self.statistics.items()
        }
        said = {"kind": self.kind, "scope": self.scope, "names": self.names}
        return json.dumps(said | {"statistics": statistics}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Scaler":
        """A scaler that `to_json` wrote.

        Raises:
            InputError: if it did not.
        """
        try:
            said = json.loads(text)
            names = tuple(said["names"])
            statistics = {
                key: _read(found, len(names)) for key, found in said["statistics"].items()
            }
            if said["kind"] in KINDS and said["scope"] in SCOPES:
                return cls(said["kind"], said["scope"], names, statistics)
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        raise InputError(f"scaler: expected what Scaler.to_json writes; got {text[:40]!r}")


def _read(found: dict[str, Any], channels: int) -> Statistics:
    read = Statistics(*(np.array(found[key], np.float64) for key in Statistics._fields))
    if any(each.shape != (channels,) or not np.isfinite(each).all() for each in read):
        raise ValueError("statistics")
    return read


def _check_names(series: Series, names: tuple[str, ...]) -> None:
    if series.names != names:
        raise InputError(
            f"{series.where}: expected the channels {', '.join(names)}; got {', '.join(series.names)}"
        )


def _statistics(series: Sequence[Series], kind: str) -> Statistics:
    """Of all values of each channel, in float64.

    Raises:
        InputError: on a channel without a value.
    """
    count = len(series[0].names)
    if kind == "none":
        return Statistics(np.zeros(count), np.ones(count))
    columns = [_channel(series, channel, kind) for channel in range(count)]
    center, scale = np.array(columns).T.copy()
    return Statistics(center, scale)


def _channel(series: Sequence[Series], channel: int, kind: str) -> tuple[float, float]:
    """Centre and scale."""
    columns = [each.values[:, channel] for each in series]
    mean, deviation, count = _moments(columns)
    if not count:
        name = series[0].names[channel]
        raise InputError(
            f"{series[0].where}, column {name!r}: no value to fit the scaling on"
        )
    center, scale = mean, deviation
    if kind == "robust":
        seen = np.concatenate([column[~np.isnan(column)] for column in columns])
        low, center, high = np.quantile(seen.astype(np.float64), (0.25, 0.5, 0.75)).tolist()
        scale = high - low or deviation
    return center, scale or 1.0


def _moments(columns: Sequence[np.ndarray]) -> tuple[float, float, int]:
    """Mean, standard deviation and number of what is not NaN; two passes, in blocks."""
    sums, count = 0.0, 0
    for block in _blocks(columns):
        sums, count = sums + float(block.sum()), count + len(block)
    if not count:
        return 0.0, 0.0, 0
    mean = sums / count
    squares = sum(float(((block - mean) ** 2).sum()) for block in _blocks(columns))
    constant = all((block == mean).all() for block in _blocks(columns))
    return mean, 0.0 if constant else float(np.sqrt(squares / count)), count


def _blocks(columns: Sequence[np.ndarray]):
    """What is not NaN, as float64."""
    for column in columns:
        for begin in range(0, len(column), BLOCK):
            block = column[begin : begin + BLOCK]
            yield block[~np.isnan(block)].astype(np.float64)
