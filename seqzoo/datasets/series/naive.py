"""Forecasts that anybody can make: the last value, the last season, a straight line, and one matrix.

A history is (windows, look_back, channels), a forecast float64 (windows, horizon, channels). NaN in a
history is a missing value; the last value seen stands for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqzoo.errors import InputError

BLOCK = 2**15  # steps whose products are summed at once


def seen(history: np.ndarray) -> np.ndarray:
    """A history without gaps, float64: the last value seen stands in each.

    Before the first value stands the first, and 0 where there is none.
    """
    values = np.asarray(history, np.float64)
    there = ~np.isnan(values)
    if there.all():
        return values
    steps = np.arange(values.shape[1])[np.newaxis, :, np.newaxis]
    last = np.maximum.accumulate(np.where(there, steps, -1), axis=1)
    first = np.argmax(there, axis=1)[:, np.newaxis]  # (windows, 1, channels)
    places = np.where(last < 0, first, last)
    return np.nan_to_num(np.take_along_axis(values, places, axis=1), nan=0.0)


def repeat_last(history: np.ndarray, horizon: int) -> np.ndarray:
    """The last value, over and over."""
    return np.repeat(seen(history)[:, -1:], horizon, axis=1)


def seasonal(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """The last season, over and over (Hyndman & Athanasopoulos 2021, section 5.2).

    Args:
        history: with a season at least.
        horizon: steps.
        season: steps after which the series repeats itself: 24 of hours, 12 of months.

    Raises:
        InputError: if the history is shorter than the season.
    """
    if not 1 <= season <= history.shape[1]:
        raise InputError(f"season: expected 1 to {history.shape[1]} steps; got {season}")
    last = seen(history)[:, -season:]
    return last[:, np.arange(horizon) % season]


def drift(history: np.ndarray, horizon: int) -> np.ndarray:
    """The straight line through the first and the last value (Hyndman & Athanasopoulos 2021, section 5.2)."""
    values = seen(history)
    slope = (values[:, -1:] - values[:, :1]) / max(values.shape[1] - 1, 1)
    return values[:, -1:] + slope * np.arange(1, horizon + 1)[:, np.newaxis]


@dataclass(frozen=True)
class Linear:
    """One matrix from look-back to horizon, the same for all channels.

    It is DLinear (Zeng et al. 2023) without the moving average, which changes nothing of what a matrix can
    express; with `subtract_last` it is their NLinear. Least squares with a ridge give the best matrix at
    once.

    Attributes:
        weights: float64 (look_back, horizon).
        bias: float64 (horizon,).
        subtract_last: whether the last value is subtracted before, and added after.
        windows: how many the matrix was fitted on, each channel on its own.
    """

    weights: np.ndarray
    bias: np.ndarray
    subtract_last: bool
    windows: int

    @classmethod
    def fit(
        cls,
        series: Iterable[np.ndarray],
        look_back: int,
        horizon: int,
        ridge: float = 1e-3,
        subtract_last: bool = True,
    ) -> "Linear":
        """The matrix with the least squared error on all windows.

        A series of any length takes the same memory. Windows with a missing value are left out.

        Args:
            series: (time, channels) each; scale them first.
            look_back, horizon: steps.
            ridge: penalty of squared weights, as a share of the inputs' mean square.
            subtract_last: as above.

        Raises:
            InputError: if no window is without missing values, or the ridge is not above 0.
        """
        if not ridge > 0:
            raise InputError(f"ridge: expected a number above 0; got {ridge}")
        length = look_back + horizon
        moments = _Moments.of_nothing(length)
        for values in series:
            for channel in range(values.shape[1]):
                moments.add(values[:, channel], centered=subtract_last)
        if not moments.count:
            raise InputError(
                f"expected {length} steps in a row without a missing value; there are none"
            )
        weights, bias = _solved(moments, look_back, ridge, subtract_last)
        return cls(weights, bias, subtract_last, moments.count)

    def predict(self, history: np.ndarray) -> np.ndarray:
        """The forecast.

        Args:
            history: (windows, look_back, channels), with as long a look-back as the matrix has.
        """
        values = seen(history)
        last = values[:, -1:] if self.subtract_last else np.zeros(1)
        # (windows, channels, look_back) @ (look_back, horizon), then time before channels
        ahead = (values - last).transpose(0, 2, 1) @ self.weights + self.bias
        return ahead.transpose(0, 2, 1) + last


class _Moments:
    """Sums over all windows w of a series, w = v[t], ..., v[t + length - 1]: of w, and of w w^T.

    A sum of products moves by one step as `S[i + 1, j + 1] = S[i, j] - v[i] v[j] + v[n + i] v[n + j]`, n
    windows. So the first row alone is summed over all steps, in O(n length); the rest takes O(length^2).
    """

    def __init__(self, products: np.ndarray, sums: np.ndarray):
        self.products, self.sums, self.count = products, sums, 0

    @classmethod
    def of_nothing(cls, length: int) -> "_Moments":
        return cls(np.zeros((length, length)), np.zeros(length))

    def add(self, values: np.ndarray, centered: bool) -> None:
        """Add a channel, (time,): each run of it without NaN.

        What is `centered` has the run's first value subtracted. It changes nothing where each window's last
        value is subtracted later, and keeps digits of a series far from 0.
        """
        missing = np.flatnonzero(np.isnan(values))
        begins, ends = [0, *(missing + 1).tolist()], [*missing.tolist(), len(values)]
        for begin, end in zip(begins, ends, strict=True):
            if end - begin >= len(self.sums):
                offset = float(values[begin]) if centered else 0.0
                self._add_run(values[begin:end], offset)

    def _add_run(self, values: np.ndarray, offset: float) -> None:
        length = len(self.sums)
        windows = len(values) - length + 1
        head = values[: length - 1].astype(np.float64) - offset
        tail = values[windows:].astype(np.float64) - offset
        row = np.zeros(length)
        total = 0.0
        for begin in range(0, windows, BLOCK):
            end = min(begin + BLOCK, windows)
            block = values[begin : end + length - 1].astype(np.float64) - offset
            row += _lagged(block, end - begin)
            total += block[: end - begin].sum()

        gained = np.outer(tail, tail) - np.outer(head, head)  # (length - 1, length - 1)
        for shift in range(length):
            # Along a diagonal, from the first row on.
            moved = np.cumsum([row[shift], *np.diagonal(gained, shift)])
            places = np.arange(length - shift)
            self.products[places, places + shift] += moved
            if shift:
                self.products[places + shift, places] += moved
        self.sums += np.cumsum([total, *(tail - head)])
        self.count += windows


def _lagged(block: np.ndarray, count: int) -> np.ndarray:
    """Sums of v[t] v[t + lag] over t below `count`, for all lags that the block reaches, float64 (lags,).

    One product of matrices gives them along its diagonals, many times faster than lag by lag.
    """
    lags = len(block) - count + 1
    rows = count // lags
    whole = rows * lags
    left = block[:whole].reshape(rows, lags)
    views = np.lib.stride_tricks.sliding_window_view(block, min(2 * lags - 1, len(block)))
    products = left.T @ views[:whole:lags]  # (lags, 2 lags - 1)
    sums = np.array([np.trace(products, lag) for lag in range(lags)])
    if count > whole:
        sums += np.correlate(block[whole:], block[whole:count], "valid")
    return sums


def _solved(
    moments: _Moments, look_back: int, ridge: float, subtract_last: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (look_back, horizon) and bias (horizon,) of the ridge regression; the bias has no penalty."""
    length = len(moments.sums)
    change = np.eye(length)  # (length, length)
    if subtract_last:
        change[:, look_back - 1] -= 1.0
    mean = change @ (moments.sums / moments.count)
    square = change @ (moments.products / moments.count) @ change.T
    covariance = square - np.outer(mean, mean)
    inputs, outputs = slice(None, look_back), slice(look_back, None)
    size = np.trace(square[inputs, inputs]) / look_back
    penalty = ridge * (size or 1.0)  # 0 of a constant series
    system = covariance[inputs, inputs] + penalty * np.eye(look_back)
    weights = np.linalg.solve(system, covariance[inputs, outputs])
    return weights, mean[outputs] - mean[inputs] @ weights
