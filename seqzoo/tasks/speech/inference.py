"""A recognizer's network: frames in, log-probabilities of symbols out. Evaluation and predictor share it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.decoding.ctc import log_softmax
from seqzoo.engine import SPREAD, for_groups
from seqzoo.pipeline.encoded import padded_steps

FRAMES, LENGTHS, LOGITS = "frames", "lengths", "logits"


class Inference:
    """Log-probabilities of symbols.

    Args:
        network: runs arrays by name: `frames` float32 (batch, time, features), `lengths` int32 (batch,) and,
            in a single direction, states -> `logits` float32 (batch, steps, symbols).
        stack: frames of a step.

    Attributes:
        network, stack: these.
        symbols: their number, the blank among them.
        states: name of each state -> its size; empty for a network of two directions.
    """

    def __init__(self, network: Any, stack: int):
        self.network, self.stack = network, stack
        self.symbols = network.outputs[LOGITS]
        inputs = dict(network.inputs)
        self.states = {
            name: size for name, size in inputs.items() if name.startswith("state_")
        }

    def first_states(self, rows: int) -> dict[str, np.ndarray]:
        """States of zero: each row is at the beginning of a sound."""
        return {n: np.zeros((rows, size), np.float32) for n, size in self.states.items()}

    def __call__(self, utterances: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log-probabilities of each utterance, float32 (steps, symbols), where steps = ceil(frames / stack).

        Utterances of like length are computed together.

        Args:
            utterances: float32 (frames, features) each.
        """
        found: list[np.ndarray] = [np.empty(0)] * len(utterances)

        def compute(rows: list[int]) -> None:
            frames, lengths = padded_steps([utterances[row] for row in rows])
            given = {FRAMES: frames, LENGTHS: lengths, **self.first_states(len(rows))}
            logits = self.network.run(given)[LOGITS]
            for row, each in zip(rows, logits, strict=True):
                steps = -(-len(utterances[row]) // self.stack)
                found[row] = log_softmax(each[:steps])

        lengths = [len(each) for each in utterances]
        for_groups(self.network, compute, lengths, spread=SPREAD)
        return found
