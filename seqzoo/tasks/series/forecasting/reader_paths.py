"""Distributions as numbers, and paths drawn from them step by step: NumPy, and SciPy where no other way is.

An export takes this file along; it imports nothing of seqzoo.
"""

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

POINT, NORMAL, STUDENT_T, COUNTS = "point", "normal", "student_t", "negative_binomial"
LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))  # quantiles of paths
PATHS = 100  # are drawn
ROWS = 2**14  # of windows times paths that a network runs together

States = dict[str, np.ndarray]  # name -> float32 (rows, size)
Run = Callable[..., tuple[np.ndarray, States]]


def at_levels(distribution: str, level: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The values that a share of a distribution lies below: float64, the shape of both together.

    Args:
        distribution: `normal`, `student_t` or `negative_binomial`.
        level: shares in (0, 1).
        given: (..., count), parameters; `level` fits the axes before the last.
    """
    each = [given[..., place].astype(np.float64) for place in range(given.shape[-1])]
    if distribution == NORMAL:
        return each[0] + each[1] * inverse_normal(level)
    if distribution == STUDENT_T:
        from scipy.special import stdtrit

        return each[0] + each[1] * stdtrit(each[2], level)
    # Of the variance mean + dispersion * mean^2: the least count that reaches the share.
    from scipy.stats import nbinom

    size = 1 / each[1]
    return nbinom.ppf(level, size, size / (size + each[0]))


def inverse_normal(level: Any) -> np.ndarray:
    """The quantiles of the standard normal distribution, float64."""
    found = np.frompyfunc(NormalDist().inv_cdf, 1, 1)(level)
    return np.asarray(found, np.float64)


def quantiles(distribution: str, given: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles of parameters (..., count): float64 (..., levels)."""
    return at_levels(distribution, np.asarray(levels, np.float64), given[..., None, :])


def widened(found: np.ndarray, middle: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Quantiles (..., horizon, targets, levels), their distance from the middle multiplied.

    Args:
        found: the quantiles.
        middle: (..., horizon, targets).
        widths: (horizon,), a factor for each step ahead.
    """
    center = middle[..., None]
    return center + (found - center) * widths[:, None, None]


def shares(horizon: int, targets: int, paths: int = PATHS, seed: int = 0) -> np.ndarray:
    """Where in its distribution each step of each path lies: float64 (horizon, targets, paths), in (0, 1).

    Of each step's distribution every path takes another of as many equal parts, in an order of its own (Latin
    hypercube sampling; McKay et al. 1979), so that few paths show a band well. All forecasts share the draw:
    a batch gives what its rows give.
    """
    generator = np.random.default_rng(seed)
    parts = np.empty((horizon, targets, paths))
    for place in np.ndindex(horizon, targets):
        parts[place] = generator.permutation(paths)
    return (parts + generator.random(parts.shape).clip(1e-6, 1 - 1e-6)) / paths


class Start(NamedTuple):
    """What paths begin with.

    Attributes:
        given: what the network says of the first step ahead, (windows, targets) or (windows, targets, count).
        states: behind the last step of the past, (windows, size) each.
        known: of the steps ahead, float32 (windows, horizon, known).
        static: of the series, float32 (windows, static).
        features: of the last step of the past, float32 (windows, features); in the steps ahead they stay.
    """

    given: np.ndarray
    states: States
    known: np.ndarray
    static: np.ndarray
    features: np.ndarray


class Walk:
    """Steps ahead, one by one, each made of the one before.

    Args:
        run: `values` float32 (rows, 1, channels), `known` float32 (rows, 1, known), static and states -> what
            the network says of the next step, (rows, 1, ...), and the states behind it.
        distribution: `point` is one path, of the network's own numbers; others are drawn from.
        between: channels of 1 before what is known: the time since the step before.
        flags: channels at the end that say what was observed: all is, but for the features.
    """

    def __init__(self, run: Run, distribution: str, between: int = 0, flags: int = 0):
        self.run, self.distribution = run, distribution
        self.between, self.flags = between, flags

    def point(self, start: Start) -> np.ndarray:
        """One path: (windows, horizon, targets)."""
        return self._ahead(start, lambda step, given: given)

    def drawn(self, start: Start, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Paths, as what can be said of them.

        Args:
            start: of them.
            where: see `shares`.

        Returns:
            Their middle, float64 (windows, horizon, targets): the mean, or of `student_t` the median, which
            no single path moves; and the quantiles `LEVELS`, float64 (windows, horizon, targets, levels).
        """
        paths = where.shape[-1]
        most = max(ROWS // paths, 1)
        middles, found = [], []
        for begin in range(0, len(start.known), most):
            some = slice(begin, begin + most)
            states = {name: state[some] for name, state in start.states.items()}
            part = Start(
                start.given[some],
                states,
                start.known[some],
                start.static[some],
                start.features[some],
            )
            values = self._paths(part, where)
            every = np.quantile(
                values, LEVELS, axis=-1
            )  # (levels, windows, horizon, targets)
            found.append(np.moveaxis(every, 0, -1))
            middle = np.median if self.distribution == STUDENT_T else np.mean
            middles.append(middle(values, axis=-1))
        return np.concatenate(middles), np.concatenate(found)

    def _paths(self, start: Start, where: np.ndarray) -> np.ndarray:
        """The paths of some windows, float64 (windows, horizon, targets, paths)."""
        _, targets, paths = where.shape

        def draw(step: int, given: np.ndarray) -> np.ndarray:
            # (windows * paths, targets, count) -> (windows, paths, targets, count)
            each = given.reshape(-1, paths, targets, given.shape[-1])
            drawn = at_levels(self.distribution, where[step].T, each)
            return drawn.reshape(-1, targets)

        many = Start(*(_repeated(each, paths) for each in start))
        rows = self._ahead(many, draw)  # (windows * paths, horizon, targets)
        each = rows.reshape(len(start.known), paths, *rows.shape[1:])
        return np.moveaxis(each, 1, -1)

    def _ahead(self, start: Start, chosen: Callable[[int, np.ndarray], np.ndarray]) -> Any:
        """What is chosen of each step: (rows, horizon, targets)."""
        given, states, known, static, features = start
        rows, horizon = known.shape[:2]
        between = np.ones((rows, self.between), np.float32)
        flags = np.ones((rows, self.flags), np.float32)
        targets = given.shape[1]
        flags[:, targets : targets + features.shape[1]] = 0
        found = []
        for step in range(horizon):
            value = chosen(step, given)
            found.append(value)
            if step + 1 == horizon:
                break
            parts = [value, features, between, known[:, step], flags]
            values = np.concatenate(parts, axis=1).astype(np.float32)  # (rows, channels)
            following = known[:, step + 1 : step + 2]
            given, states = self.run(values[:, None], following, static, states)
            given = given[:, -1]
        return np.stack(found, axis=1)


def _repeated(value: Any, count: int) -> Any:
    """Each row so many times, of an array or of the arrays of a dictionary."""
    if isinstance(value, dict):
        return {name: np.repeat(each, count, axis=0) for name, each in value.items()}
    return np.repeat(value, count, axis=0)
