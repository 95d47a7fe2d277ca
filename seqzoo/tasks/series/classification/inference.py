"""A series classifier's network: series in, probabilities out. Evaluation and predictor share it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.engine import SPREAD, for_groups
from seqzoo.pipeline.encoded import padded_steps


class Inference:
    """Probabilities of series.

    Args:
        network: runs arrays by name: `values` float32 (batch, time, channels), `lengths` int32 (batch,) and
            perhaps `static` float32 (batch, static) -> `label` float32 (batch, classes).
    """

    def __init__(self, network: Any):
        self.network = network
        self.classes = network.outputs["label"]

    def __call__(self, series: Sequence[np.ndarray], static: np.ndarray) -> np.ndarray:
        """Probabilities, float32 (series, classes). Series of like length are computed together.

        Args:
            series: float32 (time, channels) each, scaled, without gaps.
            static: float32 (series, static), scaled.
        """
        found = np.zeros((len(series), self.classes), np.float32)

        def compute(rows: list[int]) -> None:
            values, lengths = padded_steps([series[row] for row in rows])
            given = {"values": values, "lengths": lengths, "static": static[rows]}
            found[rows] = self.network.run(given)["label"]

        lengths = [len(each) for each in series]
        for_groups(self.network, compute, lengths, spread=SPREAD)
        return found
