"""Scores of a handwriter: nats a point and a drawing."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def scores(losses: Sequence[np.ndarray]) -> dict[str, Any]:
    """Scores of negative log-likelihoods in nats.

    They are a density's, of offsets divided by the training's deviation: they may be below 0, and a larger
    unit has smaller ones.

    Args:
        losses: float (points,) of each drawing.

    Returns:
        `score`, minus the nats of a point; `nats`, of a point; `nats_a_drawing`.
    """
    total, points = sums(losses).sum(axis=0)
    nats = float(total / points)
    return {"score": -nats, "nats": nats, "nats_a_drawing": float(total / len(losses))}


def sums(losses: Sequence[np.ndarray]) -> np.ndarray:
    """Nats and points of each drawing, float64 (drawings, 2)."""
    return np.array([(each.sum(dtype=np.float64), len(each)) for each in losses])


def nats_a_point(totals: np.ndarray) -> np.ndarray:
    """Sums of nats and points (..., 2) -> nats of a point (...)."""
    return totals[..., 0] / totals[..., 1]
