"""The naive answer beside a handwriter's scores: one Gaussian and one chance of the pen, for every point."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.system.files import read_json, write_json
from seqzoo.tasks.handwriting.scores import scores

FILE = "gaussian.json"


class Gaussian(NamedTuple):
    """The best Gaussian of all training points, without recurrence.

    Attributes:
        mean: of dx and dy, in the training's deviation.
        covariance: of both, (2, 2).
        lifted: how often the pen is lifted after a point.
    """

    mean: list[float]
    covariance: list[list[float]]
    lifted: float

    @classmethod
    def fit(cls, drawings: Sequence[np.ndarray]) -> "Gaussian":
        """Of drawings, float32 (points, 3) each."""
        points = np.concatenate(drawings).astype(np.float64)
        covariance = np.cov(points[:, :2].T, bias=True) + 1e-9 * np.eye(2)
        # One drawing's pen may never be lifted: no chance is 0 or 1.
        lifted = (points[:, 2].sum() + 1) / (len(points) + 2)
        return cls(points[:, :2].mean(axis=0).tolist(), covariance.tolist(), float(lifted))

    def losses(self, drawing: np.ndarray) -> np.ndarray:
        """Negative log-likelihoods of a drawing's points in nats, float64 (points,)."""
        away = drawing[:, :2].astype(np.float64) - self.mean
        squares = np.einsum("ni,ij,nj->n", away, np.linalg.inv(self.covariance), away)
        volume = np.log(2 * np.pi) + 0.5 * np.linalg.slogdet(self.covariance)[1]
        chance = np.where(drawing[:, 2] > 0.5, self.lifted, 1 - self.lifted)
        return 0.5 * squares + volume - np.log(chance)

    def answers(self, drawings: Sequence[np.ndarray]) -> list[Naive]:
        """What it scores on drawings, float32 (points, 3) each."""
        figures = scores([self.losses(each) for each in drawings])
        about = "one Gaussian and one chance of the pen for every point, without recurrence"
        return [Naive("gaussian", "one Gaussian", about, figures)]

    def save(self, path: Path) -> None:
        """Keep it in a file."""
        write_json(path, self._asdict())

    @classmethod
    def load(cls, path: Path) -> "Gaussian":
        """What a file has that `save` wrote.

        Raises:
            InputError: if it is no such one.
        """
        said = read_json(path)
        try:
            mean, covariance = (
                np.array(said["mean"], float),
                np.array(said["covariance"], float),
            )
            lifted = float(said["lifted"])
            sound = mean.shape == (2,) and covariance.shape == (2, 2) and 0 < lifted < 1
            sound = sound and bool(np.linalg.eigvalsh(covariance).min() > 0)
        except (KeyError, TypeError, ValueError, np.linalg.LinAlgError):
            sound = False
        if not sound:
            raise InputError(f"{path}: expected mean, covariance and lifted of a Gaussian")
        return cls(mean.tolist(), covariance.tolist(), lifted)
