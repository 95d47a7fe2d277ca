"""A network that gives one answer for a text, on texts of any number and length."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.engine import SPREAD, for_groups
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded


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
        if len(encoded) == 1:  # the quickest way: one text is often all
            return self.forward(np.asarray(encoded[0], np.int32)[None])
        result = np.zeros((len(encoded), self.outputs), np.float32)

        def compute(rows: list[int]) -> None:
            result[rows] = self.forward(padded([encoded[row] for row in rows]))

        for_groups(self.network, compute, [len(ids) for ids in encoded], spread=SPREAD)
        return result
