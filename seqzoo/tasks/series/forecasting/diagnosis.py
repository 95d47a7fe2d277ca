"""What may be wrong with forecasts: they repeat the last value, never change, or know what they must not."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.series.forecasting.checks import leaks
from seqzoo.tasks.series.forecasting.measure import origins_of
from seqzoo.tasks.series.forecasting.options import MeasureOptions

if TYPE_CHECKING:
    from seqzoo.tasks.series.forecasting.predictor import Forecaster

SHIFTED = 0.05  # of the change that came: a forecast that moves less repeats the last value
CONSTANT = (
    0.01  # of the targets' deviation: forecasts that differ less are one value for all
)
BATCHES = 8  # of origins that are looked at


class Looked(NamedTuple):
    """Forecasts of one target, float64 (origins, horizon) but `last`.

    Attributes:
        forecast, target: what was said, and what came; NaN where it is missing.
        last: the last value before each, (origins, 1).
    """

    forecast: np.ndarray
    target: np.ndarray
    last: np.ndarray


def findings(predictor: "Forecaster", path: Path) -> Iterator[Finding]:
    """What is wrong with the forecasts of a file.

    Args:
        predictor: a `Forecaster`.
        path: of a table with the columns of the training.

    Raises:
        InputError: on a file that cannot be read, or has no window.
    """
    plan = predictor.plan
    origins = origins_of(predictor, path, MeasureOptions(), whole=True)
    for series in origins.series:
        for known, column in leaks(series, plan):
            yield Finding(
                "warning", "answers", column,
                f"leak: it stands among the future features, as {known}",
                "leave that column out: nobody knows it at the time of a forecast",
            )  # fmt: skip
    windows = list(itertools.islice(origins(), BATCHES))
    if not windows:
        found = f"no step behind a look-back of {plan.look_back} steps to compare with"
        yield Finding("note", "answers", "model", found)
        return
    answer = predictor.inference.of_windows()
    given = np.concatenate([answer(each).middle for each in windows])
    for place, name in enumerate(plan.targets):
        last = np.concatenate([_last(each.values[..., place]) for each in windows])
        target = np.concatenate([each.targets[..., place] for each in windows])
        yield from of_target(name, Looked(given[..., place], target, last))


def _last(history: np.ndarray) -> np.ndarray:
    """The last value that is there of each row (windows, look_back): (windows, 1), NaN where none is."""
    there = ~np.isnan(history)
    place = history.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.take_along_axis(history, place[:, None], axis=1)


def of_target(name: str, looked: Looked) -> Iterator[Finding]:
    """The findings on one target."""
    there = ~np.isnan(looked.target) & ~np.isnan(looked.last)
    if not there.any():
        yield Finding("note", "answers", name, "the file has no value behind a look-back")
        return
    said = (looked.forecast - looked.last)[there]
    came = (looked.target - looked.last)[there]
    moved = np.sqrt(np.mean(said**2) / max(np.mean(came**2), 1e-12))
    ours = float(np.mean((said - came) ** 2))
    naive = float(np.mean(came**2))
    spread = looked.forecast[:, -1].std() / max(np.nanstd(looked.target), 1e-12)
    if spread < CONSTANT:
        yield Finding(
            "warning", "answers", name, "one value for all: forecasts do not follow what is read",
            "train longer, at another --learning-rate; see whether the columns are scaled",
        )  # fmt: skip
    elif moved < SHIFTED:
        same = np.corrcoef(
            looked.forecast[there], np.broadcast_to(looked.last, there.shape)[there]
        )[0, 1]
        yield Finding(
            "warning", "answers", name,
            f"this forecast is the last value shifted: it moves {moved:.0%} as far from it as what came "
            f"(correlation with the last value {same:.3f})",
            "a series that walks at random has no better one; else try --normalization last, a longer "
            "--look-back, more epochs",
        )  # fmt: skip
    elif ours >= naive:
        yield Finding(
            "warning", "answers", name,
            f"repeating the last value is as good: mean squared error {naive:.4g}, this model's {ours:.4g}",
            "train longer, or use the naive answer",
        )  # fmt: skip
    else:
        found = (
            f"mean squared error {ours:.4g}; repeating the last value {naive:.4g} (scaled)"
        )
        yield Finding("ok", "answers", name, found)
