"""What may be wrong with what a handwriter draws."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.strokes.reading import read
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.handwriting.data import scaled
from seqzoo.tasks.handwriting.scores import scores
from seqzoo.tasks.handwriting.writing import Draws, written

if TYPE_CHECKING:
    from seqzoo.tasks.handwriting.predictor import Handwriter

MOST = 100  # drawings that are looked at
DRAWN, LENGTH = 10, 300  # drawings that are made, and points of each at most
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
    texts = [each.text if predictor.reads_text else () for each in drawings[:DRAWN]]
    ids = [predictor.text.ids(text, str(path)) for text in texts]
    draws = Draws(0.0, 1.0, LENGTH, np.random.default_rng(0))
    yield from drawn([written(predictor.inference, each, draws) for each in ids])


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


def drawn(made: list[np.ndarray]) -> Iterator[Finding]:
    """Whether new drawings, float32 (points, 3) each, end, and lift the pen."""
    never = sum(not each[:, 2].any() for each in made if len(each)) / len(made)
    endless = sum(len(each) == LENGTH for each in made) / len(made)
    found = f"of {len(made)} drawings made {never:.0%} never lift the pen, {endless:.0%} do not end"
    if max(never, endless) < MANY:
        yield Finding("ok", "answers", "pen", found)
        return
    yield Finding(
        "warning", "answers", "pen", found,
        "early in a training this is usual: train longer, or at another --learning-rate",
    )  # fmt: skip
