"""What a network's numbers say of each value: its middle, its quantiles, and both in the original unit."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.tasks.series.forecasting.reader_paths import (
    NORMAL,
    POINT,
    quantiles,
    widened,
)

__all__ = ["BAND", "NORMAL", "POINT", "QUANTILES", "Forecast"]

QUANTILES = "quantiles"
BAND = (0.1, 0.9)  # levels of the interval that is shown, where quantiles do not say others


class Forecast(NamedTuple):
    """A forecast of several windows.

    Attributes:
        given: (..., targets), of a distribution (..., targets, count): its parameters, or its quantiles.
        distribution: a name in `seqzoo.layers.distribution_table.DISTRIBUTIONS`.
        levels: of quantiles.
        center: (..., targets), what stands in the middle of drawn paths; None: the distribution says it.
    """

    given: np.ndarray
    distribution: str = POINT
    levels: tuple[float, ...] = ()
    center: np.ndarray | None = None

    def rows(self) -> Iterator["Forecast"]:
        """The forecast of each window."""
        for place, given in enumerate(self.given):
            center = None if self.center is None else self.center[place]
            yield self._replace(given=given, center=center)

    @property
    def middle(self) -> np.ndarray:
        """The mean; of quantiles the one that is nearest to the median: (..., targets)."""
        if self.center is not None:
            return self.center
        if self.distribution == POINT:
            return self.given
        place = 0
        if self.distribution == QUANTILES:
            place = int(np.argmin(np.abs(np.array(self.levels) - 0.5)))
        return self.given[..., place]

    @property
    def band(self) -> tuple[float, float]:
        """The levels of the interval that is shown."""
        if self.distribution == QUANTILES and self.center is None:
            return self.levels[0], self.levels[-1]
        return BAND

    def quantiles(self, levels: Sequence[float]) -> np.ndarray:
        """Quantiles, float64 (..., targets, levels); of quantiles those that there are.

        Raises:
            ValueError: on a level that is none of the quantiles', or of a point forecast.
        """
        if self.distribution == QUANTILES:
            places = [self.levels.index(level) for level in levels]
            return self.given[..., places].astype(np.float64)
        if self.distribution == POINT:
            raise ValueError("a point forecast has no quantiles")
        return quantiles(self.distribution, self.given, levels)

    def widened(self, widths: np.ndarray | None) -> "Forecast":
        """The forecast with its distances from the middle multiplied.

        Args:
            widths: (horizon,), see `widths`; None: as they are.
        """
        if widths is None:
            return self
        if self.distribution == QUANTILES:
            return self._replace(given=widened(self.given, self.middle, widths))
        given = np.array(self.given, np.float64)
        names = DISTRIBUTIONS[self.distribution]
        for name in names.scales:
            given[..., names.parameters.index(name)] *= widths[:, None]
        return self._replace(given=given)

    def restored(self, center: np.ndarray, scale: np.ndarray) -> "Forecast":
        """The forecast in the original unit.

        Args:
            center, scale: float64 (targets,), of the scaler.
        """
        given = np.array(self.given, np.float64)
        if self.distribution in (POINT, QUANTILES):
            middle = None if self.center is None else self.center * scale + center
            if self.distribution == QUANTILES:
                center, scale = center[:, None], scale[:, None]
            return self._replace(given=given * scale + center, center=middle)
        kind = DISTRIBUTIONS[self.distribution]
        for place, name in enumerate(kind.parameters):
            if name in kind.location + kind.scales:
                given[..., place] *= scale
            if name in kind.location:
                given[..., place] += center
        return self._replace(given=given)
