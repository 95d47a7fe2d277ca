"""Forecasts without a network: the last value, the last season, and one matrix."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from seqzoo.datasets.series import Linear, repeat_last, seasonal
from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series.forecasting.scores import Window, backtest

FILE = "linear.npz"
Windows = Callable[[], Iterator[Window]]


def fit(train: Sequence[np.ndarray], plan: Plan) -> Linear | None:
    """One matrix from look-back to horizon, for all targets; None: no window is without missing values.

    Args:
        train: the scaled targets of each series' training part, float32 (time, targets).
        plan: look-back and horizon.
    """
    try:
        return Linear.fit(train, plan.look_back, plan.horizon)
    except InputError:
        return None  # the report says so


def save(path: Path, linear: Linear) -> None:
    """Keep the matrix in a file."""
    np.savez(path, weights=linear.weights, bias=linear.bias)


def load(path: Path, plan: Plan) -> Linear:
    """The matrix in a file that `save` wrote.

    Raises:
        InputError: if the file is no such one.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            weights, bias = arrays["weights"], arrays["bias"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: damaged: {error}") from error
    if weights.shape != (plan.look_back, plan.horizon) or bias.shape != (plan.horizon,):
        raise InputError(f"{path}: expected a matrix from look-back to horizon")
    return Linear(weights, bias, True, 0)


def of_history(history: np.ndarray, plan: Plan) -> np.ndarray:
    """The last season again, where there is a season; else the last value.

    Args:
        history: (windows, look_back, targets).
    """
    if 1 < plan.season <= plan.look_back:
        return seasonal(history, plan.horizon, plan.season)
    return repeat_last(history, plan.horizon)


def answers(windows: Windows, plan: Plan, linear: Linear | None) -> list[Naive]:
    """What naive forecasts score on rolling origins.

    Args:
        windows: gives the batches of windows, anew each time.
        plan: of the series.
        linear: the matrix, fitted on the training part; None: there is none.
    """
    count = len(plan.targets)
    found = [
        _scored(
            windows,
            lambda window: repeat_last(window.values[..., :count], plan.horizon),
            ("last", "repeating the last value", "the last value, over and over"),
        )
    ]
    if 1 < plan.season <= plan.look_back:
        about = f"the last {plan.season} steps, over and over"
        found.append(
            _scored(
                windows,
                lambda window: seasonal(
                    window.values[..., :count], plan.horizon, plan.season
                ),
                ("seasonal", "repeating the last season", about),
            )
        )
    title = "the linear model"
    if linear is None:
        about = "none: no training window is without missing values"
        return [*found, Naive("linear", title, about, {})]
    about = f"one matrix, {plan.look_back} steps to {plan.horizon}, for each column"
    return [
        *found,
        _scored(
            windows,
            lambda window: linear.predict(window.values[..., :count]),
            ("linear", title, about),
        ),
    ]


def _scored(
    windows: Windows,
    forecast: Callable[[Window], np.ndarray],
    names: tuple[str, str, str],
) -> Naive:
    """A naive forecast with its scores; `names` are name, title and how it answers."""
    scores = backtest(windows(), lambda window: Forecast(forecast(window)))
    return Naive(*names, scores.figures)
