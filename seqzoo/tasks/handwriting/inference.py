"""A handwriter's network: how likely each point of a drawing is, and steps to draw by."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.decoding import pen
from seqzoo.engine import for_groups
from seqzoo.pipeline.encoded import padded, padded_steps

POINTS, TOKENS, MIXTURE, STATE = "points", "tokens", "mixture", "state_"
START = np.array(
    [[0, 0, 1]], np.float32
)  # what is read before the first point: the pen is lifted


def before(drawing: np.ndarray) -> np.ndarray:
    """What is read to foretell each point of a drawing: the start, and all points but the last."""
    return np.concatenate([START, drawing[:-1]])


class Inference:
    """Likelihoods and steps.

    Args:
        network: runs arrays by name: `points` float32 (batch, time, 3), where it reads texts `tokens`, int32
            (batch, tokens), and perhaps states -> `mixture` float32 (batch, time, numbers), and states.
    """

    def __init__(self, network: Any):
        self.network = network
        self.reads_text = TOKENS in network.inputs
        self.states = {n: s for n, s in network.inputs.items() if n.startswith(STATE)}

    def first_states(self, rows: int) -> dict[str, np.ndarray]:
        """States before the first point: zeros by name, float32 (rows, size)."""
        return {n: np.zeros((rows, size), np.float32) for n, size in self.states.items()}

    def losses(
        self, drawings: Sequence[np.ndarray], texts: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Negative log-likelihoods in nats of every point, float64 (points,) of each drawing.

        Args:
            drawings: float32 (points, 3) each, divided by the training's deviation.
            texts: ids of what each shows, int32 (tokens,); a network without texts reads none.
        """
        found: list[np.ndarray] = [np.zeros(0)] * len(drawings)

        def compute(rows: list[int]) -> None:
            points, _ = padded_steps([before(drawings[row]) for row in rows])
            given = (
                {TOKENS: padded([texts[row] for row in rows])} if self.reads_text else {}
            )
            mixture = self.mixture(points, given)
            for place, row in enumerate(rows):
                raw = mixture[place, : len(drawings[row])]  # without the end
                found[row] = pen.negative_log_likelihood(drawings[row], raw)

        for_groups(self.network, compute, [len(each) for each in drawings])
        return found

    def mixture(self, points: np.ndarray, given: dict[str, np.ndarray]) -> np.ndarray:
        """Raw numbers behind each point, float32 (batch, time, numbers).

        Args:
            points: float32 (batch, time, 3).
            given: `tokens`, where the network reads texts.
        """
        states = self.first_states(len(points))
        if not (self.reads_text and self.states):
            return self.network.run({POINTS: points, **given, **states})[MIXTURE]
        found = []
        for time in range(points.shape[1]):
            raw, states, _ = self.step(points[:, time], states, given)
            found.append(raw)
        return np.stack(found, axis=1)

    def step(
        self,
        points: np.ndarray,
        states: dict[str, np.ndarray],
        given: dict[str, np.ndarray],
    ) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray | None]:
        """One step: points (batch, 3) -> raw numbers (batch, numbers), the next states, and the window's
        weights (batch, tokens), None without texts."""
        # (batch, 3) -> (batch, 1, 3)
        outputs = self.network.run({POINTS: points[:, None], **given, **states})
        after = {name: outputs[f"next_{name}"] for name in self.states}
        return outputs[MIXTURE][:, 0], after, outputs.get("alignments")
