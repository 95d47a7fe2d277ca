"""Anomalies: steps that the forecast from the step before missed by more than it misses in validation."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.series import Scaler, Series, Windows, continued
from seqzoo.errors import InputError
from seqzoo.metrics import roc_auc
from seqzoo.system.files import read_json, write_json
from seqzoo.tasks.series.forecasting.inference import Inference
from seqzoo.tasks.series.forecasting.plan import Plan

FILE = "anomalies.json"
LEVEL = 0.99  # the share of validation steps that are below the threshold


def scores_of_windows(
    inference: Inference, windows: Sequence[Windows], static: Sequence[np.ndarray]
) -> np.ndarray:
    """How far the first step of each horizon is from its forecast: float64 (all windows,).

    A score is the mean over the targets of the absolute error in deviations of the training part; NaN where
    no target is there.

    Args:
        inference: the network.
        windows: of each series, scaled.
        static: of each series, float32 (static,), scaled.
    """
    found = [np.empty(0)]
    for each, own in zip(windows, static, strict=True):
        found += [_error(*both) for both in inference.next_steps(each, own)]
    return np.concatenate(found)


def _error(target: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """The mean absolute error of each row (windows, targets), NaN where all targets are missing."""
    apart = np.abs(target.astype(np.float64) - forecast)
    there = ~np.isnan(apart)
    count = there.sum(axis=1)
    total = np.where(there, apart, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def of_series(
    inference: Inference, plan: Plan, scaler: Scaler, series: Series
) -> np.ndarray:
    """The score of each step, float64 (time,); NaN for the first look-back and where the target is missing.

    Behind the end nothing is known: what is known of the future is there as it was at the last step.

    Args:
        inference: the network.
        plan: of the training.
        scaler: that has the series' scale.
        series: with the plan's columns.
    """
    scores = np.full(len(series), np.nan)
    if len(series) > plan.look_back:
        longer = _continued(series, plan.horizon - 1)
        channels = plan.channels(longer, scaler)
        windows = Windows(channels, plan.look_back, plan.horizon)
        scores[plan.look_back :] = scores_of_windows(
            inference, [windows], [plan.static_of(series)]
        )
    return scores


def _continued(series: Series, steps: int) -> Series:
    """A series with further steps that repeat its last one."""
    if not steps:
        return series
    more = np.repeat(series.values[-1:], steps, axis=0)
    times = series.times
    if times is not None:
        times = np.concatenate([times, continued(times[-1000:], steps)])
    return replace(series, values=np.concatenate([series.values, more]), times=times)


def save_threshold(path: Path, scores: np.ndarray) -> None:
    """Keep the score that the share `LEVEL` of the validation steps is below.

    Args:
        path: of the file.
        scores: of the validation part, NaN where there is none.
    """
    there = scores[~np.isnan(scores)]
    threshold = float(np.quantile(there, LEVEL)) if len(there) else None
    write_json(path, {"level": LEVEL, "threshold": threshold})


def load_threshold(path: Path) -> float:
    """The threshold in a file that `save_threshold` wrote.

    Raises:
        InputError: if it has none.
    """
    threshold = read_json(path).get("threshold")
    if not isinstance(threshold, (int, float)) or isinstance(threshold, bool):
        raise InputError(f"{path}: expected a threshold: the validation part had no target")
    return float(threshold)


class Found(NamedTuple):
    """How well marked steps were found.

    Attributes:
        precision, recall, f1: of steps.
        intervals: the share of marked intervals with a step above the threshold.
        auc: area under the ROC curve; None where all steps are of one kind.
    """

    precision: float
    recall: float
    f1: float
    intervals: float
    auc: float | None


def found(scores: np.ndarray, marked: np.ndarray, threshold: float) -> Found:
    """Compare scores with marked steps.

    Args:
        scores: float64 (time,); a step without a score does not count.
        marked: bool (time,).
        threshold: a score above it is an anomaly.
    """
    counts = ~np.isnan(scores)
    flagged = counts & (np.nan_to_num(scores, nan=-np.inf) > threshold)
    both = int((flagged & marked).sum())
    said, true = int(flagged.sum()), int((marked & counts).sum())
    begin = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(int)])) == 1)
    end = np.flatnonzero(np.diff(np.concatenate([marked.astype(int), [0]])) == -1) + 1
    hit = [flagged[a:b].any() for a, b in zip(begin, end, strict=True) if counts[a:b].any()]
    return Found(
        both / said if said else 0.0,
        both / true if true else 0.0,
        2 * both / (said + true) if said + true else 0.0,
        float(np.mean(hit)) if hit else 0.0,
        roc_auc(scores[counts], marked[counts]),
    )
