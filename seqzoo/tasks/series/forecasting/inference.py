"""A forecaster's network: windows in, forecasts out. Evaluation and predictor share it."""

from typing import Any

import numpy as np

from seqzoo.tasks.series.forecasting.bands import Forecast

ROWS = 256  # windows computed together


class Inference:
    """Forecasts of windows.

    Args:
        network: runs arrays by name: `values` float32 (batch, look_back, channels), `lengths` int32 (batch,)
            and perhaps `known` float32 (batch, horizon, known) -> `forecast`.
        distribution: of the forecast.
        levels: of its quantiles.
    """

    def __init__(self, network: Any, distribution: str, levels: tuple[float, ...]):
        self.network = network
        self.distribution, self.levels = distribution, levels
        self.channels = network.inputs["values"]

    def __call__(self, values: np.ndarray, known: np.ndarray) -> Forecast:
        """The forecast of windows, as many as there are.

        Args:
            values: float32 (windows, look_back, channels), without gaps; the network may read the first
                channels alone.
            known: float32 (windows, horizon, known).
        """
        parts = [
            self.forward(values[start : start + ROWS], known[start : start + ROWS])
            for start in range(0, len(values), ROWS)
        ]
        return Forecast(np.concatenate(parts), self.distribution, self.levels)

    def forward(self, values: np.ndarray, known: np.ndarray) -> np.ndarray:
        """What the network gives, of a few windows."""
        return self.network.run(self.given(values, known))["forecast"]

    def given(self, values: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
        """Windows as the network takes them, by the names of its inputs."""
        return {
            "values": np.ascontiguousarray(values[..., : self.channels], np.float32),
            "lengths": np.full(len(values), values.shape[1], np.int32),
            "known": np.ascontiguousarray(known, np.float32),
        }
