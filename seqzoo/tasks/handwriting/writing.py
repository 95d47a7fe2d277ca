"""New drawings, point by point."""

from typing import NamedTuple

import numpy as np

from seqzoo.decoding import pen
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks.handwriting.inference import START, TOKENS, Inference

NEAR = 0.1  # of the training's deviation: the pen, lifted already, is lifted again here: the end


class Draws(NamedTuple):
    """How points are drawn: see `seqzoo.decoding.pen`; `length` points at most."""

    bias: float
    temperature: float
    length: int
    random: np.random.Generator


def written(
    inference: Inference, ids: np.ndarray, draws: Draws, prime: np.ndarray | None = None
) -> np.ndarray:
    """A drawing, until the model ends it.

    Args:
        inference: the network.
        ids: of the text, int32 (tokens,); a network without texts reads none.
        draws: how.
        prime: a drawing that is read first, float32 (points, 3), scaled.

    Returns:
        float32 (points, 3), scaled, behind the prime.
    """
    states = inference.first_states(1)
    given = {TOKENS: padded([ids])} if inference.reads_text else {}
    reads = START if prime is None else np.concatenate([START, prime])
    for point in reads:
        raw, states, _ = inference.step(point[None], states, given)

    found: list[np.ndarray] = []
    last = reads[-1]
    while len(found) < draws.length:
        (point,) = pen.draw(raw, draws.random, draws.bias, draws.temperature)
        ends = last[2] and point[2] and np.hypot(*point[:2]) <= NEAR
        if ends and (found or prime is not None):  # there is a point at least
            break
        found.append(point)
        last = point
        raw, states, _ = inference.step(point[None], states, given)
    return np.array(found, np.float32).reshape(-1, 3)
