"""How a series becomes what the network reads: its channels, scaled, without gaps."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqzoo.datasets.series import Scaler, Series, filled
from seqzoo.errors import InputError
from seqzoo.tasks.arguments import one_of
from seqzoo.tasks.series.static import fitted, said, scaled


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _name(value: Any) -> bool:
    return value is None or isinstance(value, str)


# Setting -> whether a value is sound.
SOUND = {
    "channels": lambda value: _names(value) and bool(value),
    "missing": one_of(("mask", "interpolate", "error")),
    "label": _name,
    "series_id": _name,
    "time": _name,
    "time_format": _name,
}


@dataclass(frozen=True)
class SeriesForm:
    """All that is to be known of series but their scale; it travels in the artifact's `config.json`.

    Attributes:
        channels: names, in the order that the network reads.
        missing: one of `seqzoo.datasets.series.gaps.MISSING`.
        label, series_id, time, time_format: of tables, as in `seqzoo.datasets.series.Columns`; without a
            label the training read a format of the archives.
        static: names of the columns that do not change over a series.
        static_center, static_scale: their mean and deviation over the training's series.
    """

    channels: tuple[str, ...]
    missing: str
    label: str | None = None
    series_id: str | None = None
    time: str | None = None
    time_format: str | None = None
    static: tuple[str, ...] = ()
    static_center: tuple[float, ...] = ()
    static_scale: tuple[float, ...] = ()

    @classmethod
    def of(cls, text: dict[str, Any]) -> "SeriesForm":
        """The form in an artifact's settings, whose values `SOUND` has checked."""
        named = {name: text[name] for name in SOUND}
        return cls(**named | {"channels": tuple(text["channels"])} | said(text))

    def with_static(self, series: Sequence[Series]) -> "SeriesForm":
        """The form of a training on series: with the scale of what does not change over each.

        Raises:
            InputError: see `seqzoo.tasks.series.static.fitted`.
        """
        return dataclasses.replace(self, **fitted(self.static, series))

    def static_of(self, series: Series) -> np.ndarray:
        """What does not change over a series, scaled, 0 where it is missing: float32 (static,)."""
        return scaled(series, self.static_center, self.static_scale)

    def values(self, series: Series, scaler: Scaler) -> np.ndarray:
        """Scaled values without gaps, float32 (time, channels).

        Raises:
            InputError: on other channels, no step, or a gap where the training had none.
        """
        if series.names != self.channels:
            expected, got = ", ".join(self.channels), ", ".join(series.names)
            raise InputError(f"{series.where}: expected the channels {expected}; got {got}")
        if not len(series):
            raise InputError(f"{series.where}: expected steps; there are none")
        values = scaler.transform(series.values)
        gaps = np.isnan(values)
        if not gaps.any():
            return values
        if self.missing != "error":
            # A channel without a value has 0, the mean of the training.
            values = np.where(gaps.all(axis=0), np.float32(0), values)
        whole = Series(values, series.names, series.times, where=series.where)
        return filled(whole, self.missing)[0].values
