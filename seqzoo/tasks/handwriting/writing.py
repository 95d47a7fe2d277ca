"""New drawings, point by point."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.decoding import pen
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks.handwriting.inference import START, TOKENS, Inference

NEAR = 0.1  # of the training's deviation: the pen, lifted already, is lifted again here: the end

MOST_DRAWN, LENGTH = 200, 300  # new drawings that are looked at, and points of each at most


class Draws(NamedTuple):
    """How points are drawn: see `seqzoo.decoding.pen`; `length` points at most."""

    bias: float
    temperature: float
    length: int
    random: np.random.Generator


def written(
    inference: Inference,
    texts: Sequence[np.ndarray],
    draws: Draws,
    prime: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Drawings, each until the model ends it; all take a step together.

    Args:
        inference: the network.
        texts: ids of what each shows, int32 (tokens,); a network without texts reads none.
        draws: how.
        prime: a drawing that is read first, float32 (points, 3), scaled.

    Returns:
        float32 (points, 3) of each, scaled, behind the prime.
    """
    rows = len(texts)
    states = inference.first_states(rows)
    given = {TOKENS: padded(texts)} if inference.reads_text else {}
    reads = START if prime is None else np.concatenate([START, prime])
    for point in reads:
        raw, states, _ = inference.step(np.tile(point, (rows, 1)), states, given)

    points = np.zeros((rows, draws.length, 3), np.float32)
    lengths = np.full(rows, draws.length)  # of each drawing, less once it has ended
    last = np.tile(reads[-1], (rows, 1))
    for step in range(draws.length):
        point = pen.draw(raw, draws.random, draws.bias, draws.temperature)
        ends = (last[:, 2] > 0) & (point[:, 2] > 0) & (np.hypot(*point[:, :2].T) <= NEAR)
        if step or prime is not None:  # there is a point at least
            lengths[ends & (lengths == draws.length)] = step
        if (lengths <= step).all():
            break
        points[:, step] = last = point
        raw, states, _ = inference.step(point, states, given)
    return [row[:length] for row, length in zip(points, lengths, strict=True)]


class Habits(NamedTuple):
    """What new drawings are like.

    Attributes:
        drawn: how many there are.
        never_lifted: share of them whose pen is never lifted.
        endless: share of them that the model does not end within `LENGTH` points.
    """

    drawn: int
    never_lifted: float
    endless: float


def habits(inference: Inference, texts: Sequence[np.ndarray], seed: int = 0) -> Habits:
    """Of new drawings without bias, one for each text (ids, int32 (tokens,)); at most `MOST_DRAWN`."""
    draws = Draws(0.0, 1.0, LENGTH, np.random.default_rng(seed))
    made = written(inference, texts[:MOST_DRAWN], draws)
    lifted = [bool(each[:, 2].any()) for each in made]
    ended = [len(each) < LENGTH for each in made]
    return Habits(len(made), 1 - float(np.mean(lifted)), 1 - float(np.mean(ended)))
