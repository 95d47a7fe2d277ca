"""What may be wrong with what a handwriter draws."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.strokes.reading import read
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.handwriting.data import scaled
from seqzoo.tasks.handwriting.scores import scores
from seqzoo.tasks.handwriting.writing import Habits, habits

if TYPE_CHECKING:
    from seqzoo.tasks.handwriting.predictor import Handwriter

MOST = 100  # drawings that are looked at
MANY = 0.5  # share of them


def findings(predictor: "Handwriter", path: Path) -> Iterator[Finding]:
    """What is wrong with the likelihoods of drawings, and with new ones.

    Args:
        predictor: a `Handwriter`.
        path: as the training's `--data`.

    Raises:
        InputError: on files that cannot be read.
    """
    drawings = [each for part in read(path).values() for each in part][:MOST]
    yield learnt(predictor, [scaled(each.points, predictor.scale) for each in drawings])
    texts = [each.text if predictor.reads_text else () for each in drawings]
    ids = [predictor.text.ids(text, str(path)) for text in texts]
    yield drawn(habits(predictor.inference, ids))


def learnt(predictor: "Handwriter", points: list[np.ndarray]) -> Finding:
    """Whether drawings, float32 (points, 3) each, are likelier than under one Gaussian."""
    none = [predictor.text.ids((), "text")] * len(points)
    own = scores(predictor.inference.losses(points, none))["nats"]
    (naive,) = predictor.gaussian.answers(points)
    found = f"{own:.3f} nats a point without text, {naive.figures['nats']:.3f} under one Gaussian"
    if own < naive.figures["nats"]:
        return Finding("ok", "answers", "model", found)
    return Finding(
        "warning", "answers", "model", found,
        "the network has learned less than a mean and a deviation say: train longer, or see whether the "
        "drawings have the training's unit",
    )  # fmt: skip


def drawn(made: Habits) -> Finding:
    """Whether new drawings end, and lift the pen."""
    found = (
        f"of {made.drawn} drawings made {made.never_lifted:.0%} never lift the pen, "
        f"{made.endless:.0%} do not end"
    )
    if max(made.never_lifted, made.endless) < MANY:
        return Finding("ok", "answers", "pen", found)
    return Finding(
        "warning", "answers", "pen", found,
        "early in a training this is usual: train longer, or at another --learning-rate",
    )  # fmt: skip
