"""The naive answers beside a series classifier's scores: the most frequent class, and the nearest series.

The nearest of the training series by Euclidean distance is the usual baseline of the UCR archive (Dau et al.
2018). Series are stretched to one length first. Leave-one-out on the training part decides whether each
series is standardised by itself before.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo import metrics
from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.series.classification.scores import hard_scores

FILE = "nearest.npz"
STEPS = 64  # to which series are stretched
MOST = 2000  # training series that are kept, evenly spaced
BLOCK = 256  # series whose distances are in memory at once
SMALLEST = 1e-6  # deviation


class Nearest(NamedTuple):
    """Training series of one length.

    Attributes:
        points: float32 (series, STEPS * channels).
        labels: their classes, int32 (series,).
        alone: whether each series is standardised by itself.
        majority: the most frequent class of the training part.
    """

    points: np.ndarray
    labels: np.ndarray
    alone: bool
    majority: int

    @classmethod
    def fit(cls, series: Sequence[np.ndarray], labels: np.ndarray) -> "Nearest":
        """Keep training series.

        Args:
            series: float32 (time, channels) each, scaled, without gaps.
            labels: int32 (series,).
        """
        majority = int(np.bincount(labels).argmax())
        count = min(len(series), MOST)
        rows = np.unique(np.linspace(0, len(series) - 1, count).astype(np.int64))
        own = labels[rows]
        kept, right = {}, {}
        for alone in (False, True):
            points = np.stack([stretched(series[row], alone) for row in rows])
            kept[alone] = points
            right[alone] = int((own[_nearest(points, points, True)] == own).sum())
        alone = right[True] > right[False]
        return cls(kept[alone], own.astype(np.int32), alone, majority)

    @property
    def about(self) -> str:
        """How it answers."""
        how = "standardised by itself, " if self.alone else ""
        return (
            f"of {len(self.points):,} training series, each {how}stretched to {STEPS} steps"
        )

    def answers(self, series: Sequence[np.ndarray]) -> np.ndarray:
        """The class of the nearest training series, int32 (series,)."""
        points = np.stack([stretched(each, self.alone) for each in series])
        return self.labels[_nearest(points, self.points)]

    def save(self, path: Path) -> None:
        """Keep it in a file."""
        np.savez_compressed(
            path,
            points=self.points,
            labels=self.labels,
            alone=np.array(self.alone),
            majority=np.array(self.majority),
        )

    @classmethod
    def load(cls, path: Path, channels: int, classes: int) -> "Nearest":
        """What a file has that `save` wrote.

        Raises:
            InputError: if it is no such one, or does not fit the network.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                points, labels = arrays["points"], arrays["labels"]
                alone, majority = bool(arrays["alone"]), int(arrays["majority"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: damaged: {error}") from error
        sound = (
            points.shape == (len(labels), STEPS * channels)
            and labels.dtype.kind == "i"
            and len(labels)
            and 0 <= labels.min() <= labels.max() < classes
            and 0 <= majority < classes
        )
        if not sound:
            raise InputError(f"{path}: expected training series that fit the network")
        return cls(points, labels, alone, majority)


def stretched(values: np.ndarray, alone: bool) -> np.ndarray:
    """A series of `STEPS` steps, float32 (STEPS * channels,).

    Args:
        values: float32 (time, channels).
        alone: whether to give each channel the mean 0 and deviation 1.
    """
    if alone:
        deviation = np.maximum(values.std(axis=0), SMALLEST)
        values = (values - values.mean(axis=0)) / deviation
    places = np.linspace(0, len(values) - 1, STEPS)
    steps = np.arange(len(values))
    columns = [np.interp(places, steps, column) for column in values.T]
    return np.concatenate(columns).astype(np.float32)


def _nearest(points: np.ndarray, others: np.ndarray, but_itself: bool = False):
    """The place of each point's nearest other, int64 (points,), of (points, n) and (others, n)."""
    norms = (others.astype(np.float64) ** 2).sum(axis=1)
    found = []
    for begin in range(0, len(points), BLOCK):
        block = points[begin : begin + BLOCK].astype(np.float64)
        # |a - b|^2 without |a|^2, which is the same for all b.
        distances = norms - 2 * block @ others.T
        if but_itself:
            rows = np.arange(len(block))
            distances[rows, begin + rows] = np.inf
        found.append(distances.argmin(axis=1))
    return np.concatenate(found)


def answers(
    series: Sequence[np.ndarray],
    gold: np.ndarray,
    labels: Sequence[str],
    nearest: Nearest,
) -> list[Naive]:
    """What the naive answers score.

    Args:
        series: float32 (time, channels) each, scaled, without gaps.
        gold: their classes, int (series,).
        labels: names of the classes.
        nearest: fitted on the training part.
    """

    def scored(predicted: np.ndarray) -> dict[str, float]:
        matrix = metrics.confusion_matrix(gold.tolist(), predicted.tolist(), len(labels))
        return hard_scores(matrix)

    constant = np.full(len(gold), nearest.majority)
    most = (
        f"always {labels[nearest.majority]!r}, the most frequent class of the training part"
    )
    return [
        Naive("majority", "the most frequent class", most, scored(constant)),
        Naive(
            "nearest",
            "the nearest training series",
            nearest.about,
            scored(nearest.answers(series)),
        ),
    ]
