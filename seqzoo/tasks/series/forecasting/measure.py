"""`seqzoo evaluate` for forecasters: rolling origins over a file, the naive answers beside them."""

import dataclasses
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets.series import Columns, Series, Windows, read_table, repeat_last
from seqzoo.errors import InputError
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.series.forecasting import anomalies, naive_error, seen
from seqzoo.tasks.series.forecasting import naive as naive_forecasts
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.tasks.series.forecasting.options import MeasureOptions
from seqzoo.tasks.series.forecasting.origins import mase_scale_of, measured_windows
from seqzoo.tasks.series.forecasting.past import read
from seqzoo.tasks.series.forecasting.predictor import Forecaster
from seqzoo.tasks.series.forecasting.scores import Scores, Window, backtest
from seqzoo.tasks.series_input import SeriesTable


def measure(
    predictor: Forecaster,
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], None],
) -> dict[str, Any]:
    """Scores of a forecaster on the rolling origins of a file, and those of naive forecasts.

    Steps up to the end of the training and validation parts are history alone; what follows is measured.

    Args:
        predictor: a `Forecaster`.
        path: of a table with the columns of the training.
        options: what the user set.
        write: not used.

    Returns:
        `windows`, their number; what `scores.backtest` gives; the naive answers' figures; with `backtest`
        `steps`, see `_of_steps`; `below`, sentences on naive answers that are better; and what the interval
        is made of.

    Raises:
        InputError: on a file that cannot be read, or has no window behind the training.
    """
    plan = predictor.plan
    windows = origins_of(predictor, path, options)
    scores = backtest(windows(), predictor.inference.of_windows())
    beside = naive_forecasts.answers(windows, plan, predictor.linear)
    below = naive.below(scores.figures["score"], beside, "this file")
    detected = {}
    if options.anomaly_column is not None:
        detected = _detected(windows, path, options)
    return {
        "windows": windows.count,
        **scores.figures,
        **({"steps": _of_steps(windows, scores)} if options.backtest else {}),
        **detected,
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "mse",
            scores.squares,
            bootstrap.share,
            "stretches of a horizon each",
            shared=(1,),
            higher=False,
        ),
    }


def _of_steps(windows: "Origins", scores: Scores) -> dict[str, dict[str, float | None]]:
    """Of each step ahead, by its number, `mse`, `mae` and those of repeating the last value."""
    plan = windows.predictor.plan
    count = len(plan.targets)
    last = backtest(
        windows(),
        lambda window: Forecast(repeat_last(window.values[..., :count], plan.horizon)),
    )
    rows = np.concatenate([scores.steps, last.steps], axis=1)  # (horizon, 4)
    names = ("mse", "mae", "last_mse", "last_mae")
    return {
        str(step): {
            name: None if value != value else value
            for name, value in zip(names, row, strict=True)
        }
        for step, row in enumerate(rows.tolist(), 1)
    }


def _detected(windows: "Origins", path: Path, options: MeasureOptions) -> dict[str, Any]:
    """How well the anomalies that a column marks are found in what is measured.

    Raises:
        InputError: on a column that is not there, or a cell that is neither 0 nor 1.
    """
    predictor, plan = windows.predictor, windows.predictor.plan
    columns = Columns(
        plan.time, (str(options.anomaly_column),), series_id=plan.series_id,
        time_format=options.time_format or plan.time_format,
    )  # fmt: skip
    read_again = read_table(path, columns, predictor.asked(options), tell=lambda line: None)
    marks = {each.id: each.values[:, 0] for each in read_again}
    scores: list[Any] = []
    marked: list[Any] = []
    for series, scaler, own, _ in windows.each:
        said = marks[series.id]
        if not np.isin(said, (0, 1)).all():
            raise InputError(
                f"{series.where}: {options.anomaly_column}: expected 0 or 1 in each row"
            )
        found = anomalies.of_series(predictor.inference, plan, scaler, series)
        # A step without a mark stands between two series, so that no interval is of both.
        scores += [found[own.first :], [np.nan]]
        marked += [said[own.first :] == 1, [False]]
    figures = anomalies.found(
        np.concatenate(scores), np.concatenate(marked), predictor.threshold
    )
    return {
        f"anomaly_{name}": value
        for name, value in figures._asdict().items()
        if value is not None
    }


def origins_of(
    predictor: Forecaster, path: Path, options: MeasureOptions, whole: bool = False
) -> "Origins":
    """The rolling origins of a file behind the end of the training.

    Args:
        predictor, path, options: see `measure`.
        whole: take the whole file, the training too, and leave out series that are too short.

    Raises:
        InputError: on a file that cannot be read, or has no window behind the training.
    """
    plan = predictor.plan
    if options.time_format is not None:
        plan = dataclasses.replace(plan, time_format=options.time_format)
    marks = () if options.anomaly_column is None else (options.anomaly_column,)
    series = read(SeriesTable(path), plan, predictor.asked(options), marks)
    if whole:
        series = [each for each in series if len(each) >= plan.look_back + plan.horizon]
        parts = [slice(0, len(each)) for each in series]
    else:
        parts = [_measured_part(each, predictor) for each in series]
    return Origins(predictor, series, parts, options.stride)


def _measured_part(series: Series, predictor: Forecaster) -> slice:
    """The steps behind the training, in which horizons lie.

    Raises:
        InputError: if there is none.
    """
    plan, begin, until = predictor.plan, 0, ""
    if plan.until is not None and series.times is not None:
        last = np.datetime64(plan.until)
        begin = int(np.searchsorted(series.times, last, side="right"))
        until = str(last.item())
    elif end := seen.load(predictor.artifact).get(series.id if plan.series_id else ""):
        begin = seen.end_in(series.values[:, : len(plan.targets)], end)
        until = f"step {begin:,}"
    if begin and len(series) - begin < plan.horizon:
        raise InputError(
            f"{series.where}: the file overlaps the training, which ends at {until}; expected {plan.horizon} "
            f"steps behind it, the horizon; got {len(series) - begin}"
        )
    if begin:
        warnings.warn(
            f"{series.where}: the training ends at {until}; what follows is measured",
            UserWarning,
            stacklevel=2,
        )
    return slice(begin, len(series))


class Origins:
    """The rolling origins of a file, in batches, anew at each call.

    Args:
        predictor: a `Forecaster`.
        series: of the file.
        parts: of each, in which horizons lie.
        stride: steps from one origin to the next.
    """

    def __init__(
        self, predictor: Forecaster, series: list[Series], parts: list[slice], stride: int
    ):
        plan = predictor.plan
        self.predictor, self.series = predictor, series
        errors = naive_error.load(predictor.artifact, len(plan.targets))
        self.each = []
        for one, part in zip(series, parts, strict=True):
            past = one.part(slice(0, part.start or plan.look_back))
            scaler = predictor.scaler.with_series(past)
            if one.id in predictor.scaler.statistics:
                scaler = predictor.scaler
            channels = plan.channels(one, scaler)
            windows = Windows(channels, plan.look_back, plan.horizon, part, stride)
            scale = errors.get(one.id if plan.series_id else "")
            if scale is None:  # the training had no such series
                scale = mase_scale_of(channels[: windows.first], plan)
            self.each.append((one, scaler, windows, scale))

    @property
    def count(self) -> int:
        """How many windows there are."""
        return sum(len(windows) for _, _, windows, _ in self.each)

    def __call__(self) -> Iterator[Window]:
        first_block = 0
        plan = self.predictor.plan
        for series, scaler, windows, scale in self.each:
            yield from measured_windows(
                windows, plan, scaler, series.id, first_block, scale, plan.static_of(series)
            )
            last = windows.first + windows.stride * len(windows)
            first_block += last // plan.horizon + 1
