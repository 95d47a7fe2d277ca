"""A forecaster's network: windows in, forecasts out. Evaluation and predictor share it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.series import Windows
from seqzoo.tasks.series.forecasting.bands import POINT, Forecast
from seqzoo.tasks.series.forecasting.filling import with_flags, without_gaps
from seqzoo.tasks.series.forecasting.origins import MEASURED, known_of
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series.forecasting.reader_paths import PATHS
from seqzoo.tasks.series.forecasting.scores import Window

if TYPE_CHECKING:
    from seqzoo.tasks.series.forecasting.past import Past

ROWS = 256  # windows computed together
LEVELS = (0.1, 0.5, 0.9)  # of quantiles, where a model says none
RECURSIVE = "recursive"


class Inference:
    """Forecasts of windows.

    Args:
        network: runs arrays by name: `values` float32 (batch, look_back, channels), `lengths` int32 (batch,)
            and perhaps `known` float32 (batch, horizon, known) and `static` float32 (batch, static) ->
            `forecast`.
        plan: of the series.
        distribution: of the forecast.
        levels: of its quantiles.

    Attributes:
        whole: whether a forecast reads a series from its first step on, not a look-back alone.
        draws: whether it draws paths.
        sizes: of the states that go in and come out, by name; a network that reads windows has none.
        widths: factors of the band's distances from the middle, float64 (horizon,); None: 1. See `widths`.
    """

    whole = False
    draws = False

    def __init__(
        self, network: Any, plan: Plan, distribution: str, levels: tuple[float, ...]
    ):
        self.network, self.plan = network, plan
        self.distribution, self.levels = distribution, levels
        self.channels = network.inputs["values"]
        self.sizes: dict[str, int] = {}
        self.widths: np.ndarray | None = None

    def __call__(
        self, values: np.ndarray, known: np.ndarray, static: np.ndarray
    ) -> Forecast:
        """The forecast of windows, as many as there are.

        Args:
            values: float32 (windows, look_back, channels), scaled, NaN where a value is missing; the network
                may read the first channels alone.
            known: float32 (windows, horizon, known).
            static: float32 (windows, static), or (static,), of all.
        """
        static = np.broadcast_to(static, (len(values), static.shape[-1]))
        filled = without_gaps(values, self.plan.missing)
        values = with_flags(filled, values, self.plan.flags)
        parts = [
            self.forward(values[some], known[some], static[some])
            for some in (
                slice(start, start + ROWS) for start in range(0, len(values), ROWS)
            )
        ]
        given = Forecast(np.concatenate(parts), self.distribution, self.levels)
        return given.widened(self.widths)

    def forward(
        self, values: np.ndarray, known: np.ndarray, static: np.ndarray
    ) -> np.ndarray:
        """What the network gives, of a few windows."""
        return self.network.run(self._given(values, known, static))["forecast"]

    def of_windows(self) -> Callable[[Window], Forecast]:
        """What answers the windows of a backtest, in their order."""
        return lambda window: self(window.values, window.known, window.static)

    def of_pasts(
        self, pasts: Sequence["Past"], paths: int = PATHS, seed: int = 0
    ) -> Forecast:
        """The forecast behind the ends of series; `paths` and `seed` are for those that draw."""
        values = np.stack([past.values for past in pasts])
        known = np.stack([past.known for past in pasts])
        return self(values, known, np.stack([past.static for past in pasts]))

    def next_steps(
        self, windows: Windows, static: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The first step of each horizon, in pieces: what came, and its forecast, (windows, targets) both.

        Args:
            windows: of a series, scaled, at each step.
            static: of the series, float32 (static,), scaled.
        """
        count = len(self.plan.targets)
        for start in range(0, len(windows), MEASURED):
            inputs, ahead = windows.batch(slice(start, start + MEASURED))
            middle = self(inputs, known_of(ahead, self.plan), static).middle
            yield ahead[:, 0, :count], middle[:, 0]

    def given(self, past: "Past") -> dict[str, np.ndarray]:
        """The end of a series as the whole model takes it, by the names of its inputs."""
        raw = past.values[np.newaxis]
        values = with_flags(without_gaps(raw, self.plan.missing), raw, self.plan.flags)
        return self._asked(
            self._given(values, past.known[np.newaxis], past.static[np.newaxis])
        )

    def _asked(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Those that the model has as inputs."""
        names = {*self.network.inputs, "lengths"}
        return {name: value for name, value in given.items() if name in names}

    def _given(
        self, values: np.ndarray, known: np.ndarray, static: np.ndarray
    ) -> dict[str, np.ndarray]:
        return {
            "values": np.ascontiguousarray(values[..., : self.channels], np.float32),
            "lengths": np.full(len(values), values.shape[1], np.int32),
            "known": np.ascontiguousarray(known, np.float32),
            "static": np.ascontiguousarray(static, np.float32),
        }


def inference_of(network: Any, plan: Plan, arguments: Mapping[str, Any]) -> Inference:
    """A network, ready to answer.

    Args:
        network: see `Inference`, or of a recursive model `Recursion`.
        plan: of the series.
        arguments: that the model was built with.
    """
    from seqzoo.tasks.series.forecasting.recursion import Recursion

    kind = Recursion if arguments.get("mode") == RECURSIVE else Inference
    return kind(
        network,
        plan,
        arguments.get("distribution", POINT),
        tuple(arguments.get("quantiles", LEVELS)),
    )
