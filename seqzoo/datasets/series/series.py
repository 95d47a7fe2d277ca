"""A series of numbers: what every reader gives, and every other module of the package takes."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqzoo.errors import InputError, unknown_name


@dataclass(frozen=True, eq=False)
class Series:
    """One series, of one or more channels.

    Attributes:
        values: float32 (time, channels); NaN where a value is missing.
        names: of the channels, all different.
        times: datetime64[us] (time,), increasing; None: the steps have no times.
        id: of the series among others.
        static: float32 (features,), what does not change over time; None: there is nothing.
        static_names: of the static features.
        targets: names of the channels to forecast; empty: all that are not known in the future.
        known: names of the channels whose future values are known beforehand.
        label: the class of the whole series; None: it has none.
        where: the series stands: `file` or `file:line`; begins errors.

    Raises:
        ValueError: if shapes, names or times do not fit together.
    """

    values: np.ndarray
    names: tuple[str, ...]
    times: np.ndarray | None = None
    id: str = ""
    static: np.ndarray | None = None
    static_names: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    label: str | None = None
    where: str = ""

    def __post_init__(self) -> None:
        shape = np.shape(self.values)
        if len(shape) != 2 or shape[1] != len(self.names):
            raise ValueError(
                f"values: expected (time, {len(self.names)}), a column a name; got {shape}"
            )
        if self.times is not None and self.times.shape != shape[:1]:
            raise ValueError(f"times: expected ({shape[0]},); got {self.times.shape}")
        features = 0 if self.static is None else len(self.static)
        if features != len(self.static_names):
            raise ValueError(
                f"static: expected {len(self.static_names)} features, one a name; got {features}"
            )
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"names: expected different ones; got {self.names}")
        if both := set(self.targets) & set(self.known):
            raise ValueError(f"{sorted(both)[0]!r}: a target is not known in the future")
        self.channels((*self.targets, *self.known))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def target_channels(self) -> np.ndarray:
        """The places of the targets among the channels, int64 (targets,)."""
        return self.channels(
            self.targets or [name for name in self.names if name not in self.known]
        )

    @property
    def known_channels(self) -> np.ndarray:
        """The places of the channels known in the future, int64 (known,)."""
        return self.channels(self.known)

    def channels(self, names: Sequence[str]) -> np.ndarray:
        """The places of channels by their names, int64 (names,).

        Raises:
            InputError: on a name that no channel has.
        """
        for name in names:
            if name not in self.names:
                raise unknown_name("channel", name, self.names)
        return np.array([self.names.index(name) for name in names], np.int64)

    def part(self, steps: slice) -> "Series":
        """A run of steps; values and times are views, not copies."""
        times = None if self.times is None else self.times[steps]
        return dataclasses.replace(self, values=self.values[steps], times=times)

    def with_channels(
        self, names: Sequence[str], values: np.ndarray, known: bool
    ) -> "Series":
        """The series with further channels behind its own; the values are copied.

        Args:
            names: of the new channels.
            values: (time, new channels).
            known: whether their future values are known.

        Raises:
            InputError: if a channel has one of the names already.
        """
        if taken := set(names) & set(self.names):
            raise InputError(
                f"{self.where}: there is a channel {sorted(taken)[0]!r} already"
            )
        joined = np.concatenate([self.values, np.asarray(values, np.float32)], axis=1)
        more = tuple(names) if known else ()
        targets = self.targets
        if not known and not targets:  # the new channels must not become targets
            targets = tuple(name for name in self.names if name not in self.known)
        return dataclasses.replace(
            self,
            values=joined,
            names=(*self.names, *names),
            targets=targets,
            known=(*self.known, *more),
        )
