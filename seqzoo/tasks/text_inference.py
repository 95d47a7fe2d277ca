"""A network that gives one answer for a text, on texts of any number and length."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import groups, padded

ROWS = 32  # texts computed together


class Inference:
    """A network that gives one answer for a text.

    Args:
        network: runs one input, ids int32 (batch, time), padded with 0, and one output, (batch, outputs):
            a `seqzoo.engine.Network` or a `seqzoo.training.running.KerasNetwork`.

    Attributes:
        outputs: numbers of an answer.
    """

    def __init__(self, network: Any):
        if len(network.inputs) != 1 or len(network.outputs) != 1:
            raise InputError(f"{network.where}: expected one input and one output")
        self.network = network
        (self._input,) = network.inputs
        ((self._output, self.outputs),) = network.outputs.items()

    def forward(self, tokens: np.ndarray) -> np.ndarray:
        """float32 (batch, outputs), of ids int32 (batch, time), padded with 0."""
        return self.network.run({self._input: tokens})[self._output]

    def __call__(self, encoded: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (texts, outputs), of ids, int32 (time,) each; texts of like length go together."""
        result = np.zeros((len(encoded), self.outputs), np.float32)
        for rows in groups([len(ids) for ids in encoded], ROWS):
            tokens = padded([encoded[row] for row in rows])
            result[rows] = self.forward(tokens)
        return result
