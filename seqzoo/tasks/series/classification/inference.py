"""A series classifier's network: series in, probabilities out. Evaluation and predictor share it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.engine import SPREAD, for_groups
from seqzoo.pipeline.encoded import padded_steps


class Inference:
    """Probabilities of series.

    Args:
        network: runs arrays by name: `values` float32 (batch, time, channels) and `lengths` int32 (batch,) ->
            `label` float32 (batch, classes).
    """

    def __init__(self, network: Any):
        self.network = network
        self.classes = network.outputs["label"]

    def __call__(self, series: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (series, classes), of series float32 (time, channels) each, scaled, without gaps.

        Series of like length are computed together.
        """
        found = np.zeros((len(series), self.classes), np.float32)

        def compute(rows: list[int]) -> None:
            values, lengths = padded_steps([series[row] for row in rows])
            given = {"values": values, "lengths": lengths}
            found[rows] = self.network.run(given)["label"]

        lengths = [len(each) for each in series]
        for_groups(self.network, compute, lengths, spread=SPREAD)
        return found
