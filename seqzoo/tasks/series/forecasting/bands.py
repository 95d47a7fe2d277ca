"""What a network's numbers say of each value: its middle, its quantiles, and both in the original unit."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.layers.distribution_table import DISTRIBUTIONS

POINT, QUANTILES, NORMAL = "point", "quantiles", "normal"
STUDENT_T, COUNTS = "student_t", "negative_binomial"
BAND = (0.1, 0.9)  # levels of the interval that is shown, where quantiles do not say others


class Forecast(NamedTuple):
    """A forecast of several windows.

    Attributes:
        given: (..., targets), of a distribution (..., targets, count): its parameters, or its quantiles.
        distribution: a name in `seqzoo.layers.distribution_table.DISTRIBUTIONS`.
        levels: of quantiles.
    """

    given: np.ndarray
    distribution: str = POINT
    levels: tuple[float, ...] = ()

    @property
    def middle(self) -> np.ndarray:
        """The mean; of quantiles the one that is nearest to the median: (..., targets)."""
        if self.distribution == POINT:
            return self.given
        place = 0
        if self.distribution == QUANTILES:
            place = int(np.argmin(np.abs(np.array(self.levels) - 0.5)))
        return self.given[..., place]

    @property
    def band(self) -> tuple[float, float]:
        """The levels of the interval that is shown."""
        if self.distribution == QUANTILES:
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
        each = [
            self.given[..., [place]].astype(np.float64)
            for place in range(self.given.shape[-1])
        ]
        level = np.asarray(levels, np.float64)
        return _QUANTILES[self.distribution](level, *each)

    def restored(self, center: np.ndarray, scale: np.ndarray) -> "Forecast":
        """The forecast in the original unit.

        Args:
            center, scale: float64 (targets,), of the scaler.
        """
        given = np.array(self.given, np.float64)
        if self.distribution in (POINT, QUANTILES):
            if self.distribution == QUANTILES:
                center, scale = center[:, None], scale[:, None]
            return self._replace(given=given * scale + center)
        kind = DISTRIBUTIONS[self.distribution]
        for place, name in enumerate(kind.parameters):
            if name in kind.location + kind.scales:
                given[..., place] *= scale
            if name in kind.location:
                given[..., place] += center
        return self._replace(given=given)


def _normal(level: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    return mean + deviation * ndtri(level)


def _student_t(
    level: np.ndarray, location: np.ndarray, scale: np.ndarray, freedom: np.ndarray
) -> np.ndarray:
    from scipy.special import stdtrit

    return location + scale * stdtrit(freedom, level)


def _counts(level: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Of the negative binomial with variance mean + dispersion * mean^2: the least count that reaches it."""
    from scipy.stats import nbinom

    size = 1 / dispersion
    return nbinom.ppf(level, size, size / (size + mean))


_QUANTILES: dict[str, Callable[..., np.ndarray]] = {
    NORMAL: _normal,
    STUDENT_T: _student_t,
    COUNTS: _counts,
}
