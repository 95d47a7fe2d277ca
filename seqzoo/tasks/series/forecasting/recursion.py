"""A recursive forecaster: a state that goes along a series, and from any step paths of the steps ahead."""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.datasets.series import Windows
from seqzoo.errors import InputError
from seqzoo.tasks.series.forecasting.bands import POINT, QUANTILES, Forecast
from seqzoo.tasks.series.forecasting.filling import carried, with_flags
from seqzoo.tasks.series.forecasting.inference import Inference
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series.forecasting.reader_paths import (
    LEVELS,
    PATHS,
    Start,
    States,
    Walk,
    shares,
)
from seqzoo.tasks.series.forecasting.scores import Window

if TYPE_CHECKING:
    from seqzoo.tasks.series.forecasting.past import Past

STATE = "state_"  # begins the names of states
PIECE = 4096  # steps of a series that are read at once


class Origin(NamedTuple):
    """A step that a forecast begins behind.

    Attributes:
        states: before it, float32 (1, size) each.
        values: of it, as the network reads them, float32 (1, channels).
        static: of the series, float32 (1, static).
    """

    states: States
    values: np.ndarray
    static: np.ndarray


@dataclasses.dataclass
class Reading:
    """How far a series has been read.

    Attributes:
        states: behind the last step that was read, float32 (1, size) each.
        static: of the series, float32 (1, static).
        last: that step without gaps, float32 (1, channels); None: there is none.
        step: how many were read.
    """

    states: States
    static: np.ndarray
    last: np.ndarray | None = None
    step: int = 0


class Recursion(Inference):
    """Forecasts of a network with states, which reads each step once.

    The state before a step knows all steps before it, from the first on. A forecast is made of the step's own
    values and what is known of the next; each step ahead is made of the one before, with the features of the
    last step of the past. Of a distribution paths are drawn, see `Walk`.

    Args:
        network: runs `values` float32 (batch, time, channels), `known` float32 (batch, time, known), of the
            step after each, and states float32 (batch, size) -> `forecast` and each `next_state_...`.
        plan: of the series.
        distribution: of the forecast of a step.
        levels: not used.

    Raises:
        InputError: if the network has no states.
    """

    whole = True

    def __init__(
        self, network: Any, plan: Plan, distribution: str, levels: tuple[float, ...]
    ):
        super().__init__(network, plan, distribution, levels)
        self.sizes = {n: size for n, size in network.inputs.items() if n.startswith(STATE)}
        if not self.sizes or {f"next_{name}" for name in self.sizes} - set(network.outputs):
            raise InputError(f"{network.where}: expected states that go in and come out")
        self.draws = distribution != POINT
        self.walk = Walk(self._run, distribution, int(bool(plan.step)), plan.flags)

    def begin(self, static: np.ndarray | None = None) -> Reading:
        """Before the first step of a series.

        Args:
            static: of the series, float32 (static,), scaled; None: there is nothing.
        """
        own = np.empty((1, 0), np.float32) if static is None else static[np.newaxis]
        zeros = {name: np.zeros((1, size), np.float32) for name, size in self.sizes.items()}
        return Reading(zeros, own)

    def read(self, reading: Reading, values: np.ndarray) -> tuple[np.ndarray, Origin]:
        """Read steps up to the last but one; the last waits for what is known of the step after it.

        Args:
            reading: of the series; it goes on.
            values: float32 (steps, channels), scaled, NaN where missing, two or more from the next step on.

        Returns:
            What the network says of each step but the first, (steps - 1, ...), and the last step as an
            origin.
        """
        filled, inputs = self._filled(values, reading.last)
        found = []
        for begin in range(0, len(values) - 1, PIECE):
            end = min(begin + PIECE, len(values) - 1)
            following = filled[:, begin + 1 : end + 1, self._known]
            given, reading.states = self._run(
                inputs[:, begin:end],
                following,
                reading.static,
                reading.states,
            )
            found.append(given[0])
        reading.last = filled[:, -2]
        reading.step += len(values) - 1
        return np.concatenate(found), Origin(reading.states, inputs[:, -1], reading.static)

    def origin(self, reading: Reading, values: np.ndarray) -> Origin:
        """The last of some steps as an origin, as `read`; of a single step, too."""
        if len(values) > 1:
            return self.read(reading, values)[1]
        return Origin(
            reading.states,
            self._filled(values, reading.last)[1][:, -1],
            reading.static,
        )

    def ahead(
        self,
        origins: Sequence[Origin],
        known: np.ndarray,
        paths: int = PATHS,
        seed: int = 0,
    ) -> Forecast:
        """The forecast behind steps.

        Args:
            origins: the steps.
            known: of the steps ahead, float32 (origins, horizon, known).
            paths: that are drawn of a distribution.
            seed: of the draw.
        """
        states = {
            name: np.concatenate([origin.states[name] for origin in origins])
            for name in self.sizes
        }
        values = np.stack([origin.values for origin in origins])  # (origins, 1, channels)
        static = np.concatenate([origin.static for origin in origins])
        given, states = self._run(values, known[:, :1], static, states)
        features = values[:, -1, self.plan.past_only]
        start = Start(given[:, -1], states, known, static, features)
        if not self.draws:
            return Forecast(self.walk.point(start))
        where = _shares(known.shape[1], len(self.plan.targets), paths, seed)
        middle, quantiles = self.walk.drawn(start, where)
        drawn = Forecast(quantiles, QUANTILES, LEVELS, middle)
        return drawn.widened(self.widths)

    def of_windows(self) -> Callable[[Window], Forecast]:
        """What answers the windows of a backtest: it goes along each series once."""
        reading, series = self.begin(), None

        def answer(window: Window) -> Forecast:
            nonlocal reading, series
            if window.series is not series or window.origins[0] <= reading.step:
                reading, series = self.begin(window.static), window.series
            origins = [
                self.origin(reading, window.series[reading.step : step])
                for step in window.origins.tolist()
            ]
            return self.ahead(origins, window.known)

        return answer

    def of_pasts(
        self, pasts: Sequence["Past"], paths: int = PATHS, seed: int = 0
    ) -> Forecast:
        """The forecast behind the ends of series, each read from its first step on."""
        origins = [self.origin(self.begin(past.static), past.values) for past in pasts]
        return self.ahead(origins, np.stack([past.known for past in pasts]), paths, seed)

    def next_steps(
        self, windows: Windows, static: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See `Inference.next_steps`; the series is read once, from its first step on."""
        values, count = windows.values, len(self.plan.targets)
        reading, last = self.begin(static), windows.first + len(windows)
        while reading.step + 1 < last:
            begin = reading.step
            end = min(begin + PIECE + 1, last)
            given, _ = self.read(reading, values[begin:end])
            middle = Forecast(given, self.distribution).middle
            behind = slice(max(windows.first - begin - 1, 0), None)
            yield values[begin + 1 : end, :count][behind], middle[behind]

    def given(self, past: "Past") -> dict[str, np.ndarray]:
        """The last steps of a series as the whole model takes them, by the names of its inputs."""
        filled, inputs = self._filled(past.values, None)
        steps = slice(-self.plan.look_back, None)
        following = np.concatenate(
            [filled[:, 1:, self._known], past.known[None, :1]], axis=1
        )
        return self._asked(
            self._given(inputs[:, steps], following[:, steps], past.static[None])
        )

    def _filled(
        self, values: np.ndarray, before: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Steps without gaps, and as the network reads them: float32 (1, steps, channels) both.

        Args:
            values: float32 (steps, channels), NaN where missing.
            before: the step before them, float32 (1, channels); None: there is none.
        """
        filled = carried(values[np.newaxis], self.plan.missing, before)
        return filled, with_flags(filled, values[np.newaxis], self.plan.flags)

    @property
    def _known(self) -> slice:
        """The channels that are known of the future."""
        plan = self.plan
        return slice(plan.count - plan.known_count, plan.count)

    def _run(
        self, values: np.ndarray, known: np.ndarray, static: np.ndarray, states: States
    ) -> tuple[np.ndarray, States]:
        """Run the network: (rows, time, ...), and the states behind the last step."""
        found = self.network.run(self._given(values, known, static) | states)
        return found["forecast"], {name: found[f"next_{name}"] for name in states}


_shares = functools.lru_cache(maxsize=4)(shares)
