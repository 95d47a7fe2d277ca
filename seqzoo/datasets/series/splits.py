"""Parts in the order of time, and windows on them as views."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.series.series import Series
from seqzoo.datasets.series.times import time_of
from seqzoo.errors import InputError

Border = float | int | str | np.datetime64


class Parts(NamedTuple):
    """Runs of steps: training first, then validation, then test."""

    train: slice
    validation: slice
    test: slice


def chronological(
    series: Series,
    validation: Border = 0.1,
    test: Border = 0.2,
    end: Border | None = None,
) -> Parts:
    """The three parts of a series, in the order of time; nothing is shuffled.

    Args:
        series: one.
        validation, test: what each takes: a share below 1, a number of steps, or the time at which the part
            begins.
        end: the step, or the time, from which on nothing is used; None: all is.

    Raises:
        InputError: if a part has no step, a time is none, or the series has no times.
    """
    steps = len(series) if end is None else _end(series, end)
    if isinstance(validation, float) and isinstance(test, float):
        # As the field counts: the borders are rounded, not each part; validation takes the rest.
        in_test = int(steps * test)
        in_train = int(steps * (1 - validation - test) + 1e-9)
        borders = in_train, steps - in_test
    else:
        begin_test = _begin(series, "test", test, steps, steps)
        borders = _begin(series, "validation", validation, steps, begin_test), begin_test
    if not 0 < borders[0] < borders[1] < steps:
        raise InputError(
            f"{series.where}: expected training, validation and test of a step at least; they begin at "
            f"0, {borders[0]} and {borders[1]} of {steps}"
        )
    return Parts(slice(0, borders[0]), slice(*borders), slice(borders[1], steps))


def _begin(series: Series, name: str, border: Border, steps: int, before: int) -> int:
    """The first step of a part that ends at `before`."""
    if isinstance(border, (str, np.datetime64)):
        return _at(series, name, border)
    if isinstance(border, (int, np.integer)):
        return before - int(border)
    return before - int(steps * border)


def _end(series: Series, end: Border) -> int:
    if isinstance(end, (str, np.datetime64)):
        return _at(series, "end", end)
    return min(int(end), len(series))


def _at(series: Series, name: str, border: str | np.datetime64) -> int:
    """The first step at a time or after it."""
    if series.times is None:
        raise InputError(
            f"{name} {border}: {series.where} has no times; give a share or steps"
        )
    time = time_of(border, name) if isinstance(border, str) else border
    return int(np.searchsorted(series.times, time))


class Windows:
    """Windows of an array, each a look-back and the horizon behind it; views, no copies.

    The horizons lie within a part. Look-backs may reach before it: at the time of a forecast that past is
    known. In order of their origins and with `stride` they are rolling origins, as a backtest has them.

    Args:
        values: (time, channels), of any dtype: values, masks, features.
        look_back: steps before the origin.
        horizon: steps from the origin on.
        part: steps that the horizons lie in; None: all.
        stride: steps from one origin to the next.
        within: whether look-backs lie in the part, too.

    Attributes:
        values: the array.
        first: the first origin.
        stride: that.
        inputs: (windows, look_back, channels), a view of `values`.
        targets: (windows, horizon, channels), a view of `values`.

    Raises:
        InputError: if there is no window.
    """

    def __init__(
        self,
        values: np.ndarray,
        look_back: int,
        horizon: int,
        part: slice | None = None,
        stride: int = 1,
        within: bool = False,
    ):
        for name, number in (
            ("look_back", look_back),
            ("horizon", horizon),
            ("stride", stride),
        ):
            if number < 1:
                raise InputError(f"{name}: expected at least 1; got {number}")
        begin, end, _ = (part or slice(None)).indices(len(values))
        first = max(begin + look_back if within else begin, look_back)
        if first + horizon > end:
            raise InputError(
                f"expected {look_back} steps before and {horizon} from an origin on; "
                f"steps {begin} to {end} of {len(values)} have no such origin"
            )
        self.values, self.first, self.stride = values, first, stride
        # (windows, channels, look_back + horizon), then time before channels
        views = np.lib.stride_tricks.sliding_window_view(
            values[first - look_back : end], look_back + horizon, axis=0
        )[::stride]
        views = np.moveaxis(views, -1, 1)
        self.inputs, self.targets = views[:, :look_back], views[:, look_back:]

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def origins(self) -> np.ndarray:
        """The first step of each horizon, int64 (windows,)."""
        return self.first + self.stride * np.arange(len(self))

    def batch(
        self, places: Sequence[int] | np.ndarray | slice
    ) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets of some windows; only these are copied, and not even those of a slice."""
        return self.inputs[places], self.targets[places]


class Batch(NamedTuple):
    """Windows of several series.

    Attributes:
        inputs: (windows, look_back, channels).
        targets: (windows, horizon, channels).
        series: which series each is of, int64 (windows,).
        origins: the first step of each horizon, int64 (windows,).
    """

    inputs: np.ndarray
    targets: np.ndarray
    series: np.ndarray
    origins: np.ndarray


def batches(
    windows: Sequence[Windows], size: int, seed: int | None = None
) -> Iterator[Batch]:
    """The windows of several series in batches; a batch alone is copied.

    Args:
        windows: of each series, with equal look-back, horizon and channels.
        size: windows a batch; the last may have fewer.
        seed: of the order; None: series after series, by origin.
    """
    ends = np.cumsum([len(each) for each in windows])
    total = int(ends[-1])
    # An order of 10 million windows takes 80 MB; without a seed there is none.
    order = None if seed is None else np.random.default_rng(seed).permutation(total)
    for begin in range(0, total, size):
        place = np.arange(begin, min(begin + size, total))
        place = place if order is None else order[place]
        owner = np.searchsorted(ends, place, side="right")
        within = place - (ends[owner] - [len(windows[each]) for each in owner])
        yield _gathered(windows, owner, within)


def _gathered(windows: Sequence[Windows], owner: np.ndarray, within: np.ndarray) -> Batch:
    first = windows[0]
    inputs = np.empty((len(owner), *first.inputs.shape[1:]), first.inputs.dtype)
    targets = np.empty((len(owner), *first.targets.shape[1:]), first.targets.dtype)
    origins = np.empty(len(owner), np.int64)
    for each in np.unique(owner):
        mine = owner == each
        inputs[mine], targets[mine] = windows[each].batch(within[mine])
        origins[mine] = windows[each].first + windows[each].stride * within[mine]
    return Batch(inputs, targets, owner, origins)
