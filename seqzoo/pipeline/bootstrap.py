"""How sure a score is: the bootstrap over the rows that it was measured on (Efron 1979).

A score is a function of sums over rows: of right answers, of squared errors, of matching n-grams. A resample
draws as many rows, with replacement. Its score follows from the sums, so no row is measured twice. Two models
are compared on the same draws (paired bootstrap; Koehn 2004, section 5).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from seqzoo.errors import InputError

PER_ROW = "per_row"  # what a task's `measure` gives beside its figures
RESAMPLES = 2000
SEED = 0
LEVEL = 0.95
DRAWS = 2**21  # held in memory at once


class PerRow(NamedTuple):
    """What the main score of a task is made of, row by row.

    Attributes:
        name: of the score, among the figures.
        values: float64 (rows, statistics).
        score: sums of the statistics, (..., statistics) -> scores, (...).
        rows: what a row is, in the plural.
        shared: the statistics that follow from the file and not from a model's answers.
        higher: whether a higher score is better.
    """

    name: str
    values: np.ndarray
    score: Callable[[np.ndarray], np.ndarray]
    rows: str
    shared: tuple[int, ...] = ()
    higher: bool = True

    def whole(self) -> float:
        """The score of all rows."""
        return float(self.score(self.values.sum(0)))


def share(sums: np.ndarray) -> np.ndarray:
    """The first statistic as a share of the second, as accuracy is: (..., 2) -> (...)."""
    return sums[..., 0] / sums[..., 1]


def f1(sums: np.ndarray) -> np.ndarray:
    """F1 of counts of correct, predicted and gold: (..., 3) -> (...); 0 where there is neither."""
    both = sums[..., 1] + sums[..., 2]
    return 2 * sums[..., 0] / np.maximum(both, 1)


def resampled(values: np.ndarray, resamples: int = RESAMPLES) -> np.ndarray:
    """Sums over rows drawn with replacement, as many as there are; the same each time.

    Equal rows are drawn together: how often they come is multinomial.

    Args:
        values: float64 (rows, statistics).
        resamples: how many times.

    Returns:
        float64 (resamples, statistics).
    """
    distinct, places, times = np.unique(
        values, axis=0, return_inverse=True, return_counts=True
    )
    shape = len(values), len(distinct)
    # Half of the rows are others' equals: counts are drawn faster than rows.
    few = 2 * len(distinct) <= len(values)
    draw = _counts(times) if few else _rows(places.reshape(-1), len(distinct))
    generator = np.random.default_rng(SEED)
    parts = [
        draw(generator, size) @ distinct
        for size in _sizes(resamples, max(1, DRAWS // shape[few]))
    ]
    return np.concatenate(parts)


def _sizes(total: int, most: int) -> Iterator[int]:
    for start in range(0, total, most):
        yield min(most, total - start)


def _counts(times: np.ndarray) -> Callable[[np.random.Generator, int], np.ndarray]:
    """A function that draws how often each distinct row comes: int (size, distinct)."""
    total = int(times.sum())
    return lambda generator, size: generator.multinomial(total, times / total, size)


def _rows(
    places: np.ndarray, distinct: int
) -> Callable[[np.random.Generator, int], np.ndarray]:
    """As `_counts`, by drawing rows: places of the distinct ones, int (rows,)."""

    def draw(generator: np.random.Generator, size: int) -> np.ndarray:
        drawn = places[generator.integers(0, len(places), (size, len(places)))]
        drawn += distinct * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * distinct)
        # (size * distinct,) -> (size, distinct)
        return counts.reshape(size, distinct)

    return draw


def interval(per_row: PerRow) -> dict[str, Any]:
    """A percentile interval of a score.

    Returns:
        `of`, the score's name, `low` and `high`, and `about`, how it was made; where there are fewer than two
        rows `about` alone says so.
    """
    count = len(per_row.values)
    if count < 2:
        return {"of": per_row.name, "about": f"none: expected two {per_row.rows} or more"}
    low, high = _ends(per_row.score(resampled(per_row.values)))
    about = f"{LEVEL:.0%} of {RESAMPLES:,} bootstrap resamples of {count:,} {per_row.rows}"
    return {"of": per_row.name, "low": low, "high": high, "about": about}


def with_interval(figures: dict[str, Any]) -> dict[str, Any]:
    """What a task's `measure` gave, as it is shown: `interval` behind `score`, no statistics of rows.

    A task that gives no statistics of rows has no interval, and the figures say so.
    """
    per_row = figures.get(PER_ROW)
    made: dict[str, Any] = {"about": "none: the task gives no statistics of rows"}
    if per_row is not None:
        made = interval(per_row)
    shown: dict[str, Any] = {}
    for name, value in figures.items():
        if name != PER_ROW:
            shown[name] = value
        if name == "score":
            shown["interval"] = made
    return {**shown, "interval": made}


def compared(names: tuple[str, str], both: tuple[PerRow, PerRow]) -> dict[str, Any]:
    """Two models' scores on the same rows, and whether their difference may be chance.

    The p value is of a test of two sides: how often the difference of a resample lies as far from the mean of
    all resamples as the observed difference lies from 0 (Riezler & Maxwell 2005).

    Args:
        names: of the models.
        both: what each of them scored.

    Returns:
        `rows`, `of`, `models`, `difference` (the second less the first), its `interval`, `p` and
        `in_words`.

    Raises:
        InputError: if the two did not score the same rows.
    """
    first, second = both
    _check(names, first, second)
    sums = resampled(np.concatenate([first.values, second.values], axis=1))
    width = first.values.shape[1]
    apart = second.score(sums[:, width:]) - first.score(sums[:, :width])
    difference = second.whole() - first.whole()

    low, high = _ends(apart)
    as_far = np.abs(apart - apart.mean()) >= abs(difference)
    p = (int(as_far.sum()) + 1) / (len(apart) + 1)
    models = [
        {"model": name, "score": each.whole(), "interval": interval(each)}
        for name, each in zip(names, both, strict=True)
    ]
    return {
        "rows": len(first.values),
        "of": first.name,
        "models": models,
        "difference": difference,
        "interval": {"low": low, "high": high},
        "p": p,
        "in_words": _verdict(names, first, second, (low, high), p),
    }


def _check(names: tuple[str, str], first: PerRow, second: PerRow) -> None:
    """Refuse models that did not score the same rows."""
    ours, theirs = (each.values[:, list(each.shared)] for each in (first, second))
    if first.name != second.name or not np.array_equal(ours, theirs):
        raise InputError(
            f"{names[0]} and {names[1]}: expected models that count the {first.rows} of the file alike; "
            "their tokens, labels or known words differ, so that their scores cannot be compared"
        )
    if len(ours) < 2:
        raise InputError(f"expected two {first.rows} or more to compare models on")


def _ends(scores: np.ndarray) -> tuple[float, float]:
    """The bounds between which `LEVEL` of the scores lie."""
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(scores, [outside, 1 - outside]).tolist()
    return low, high


def _verdict(
    names: tuple[str, str],
    first: PerRow,
    second: PerRow,
    ends: tuple[float, float],
    p: float,
) -> list[str]:
    """The comparison in sentences."""
    a, b = first.whole(), second.whole()
    scores = f"{first.name}: {names[0]} {a:.4f}, {names[1]} {b:.4f}"
    where = f"on the same {len(first.values):,} {first.rows}"
    differs = (
        f"difference {b - a:+.4f}, {LEVEL:.0%} interval {ends[0]:+.4f} to {ends[1]:+.4f}"
    )
    lines = [f"{scores}, {where}.", f"{differs}, p {p:.4f} (paired bootstrap)."]
    better = names[1] if (b > a) == first.higher else names[0]
    if a == b:
        return [*lines, "The two score the same."]
    if p < 1 - LEVEL:
        return [*lines, f"{better} is better, and chance in the rows hardly explains it."]
    return [
        *lines,
        f"{better} scores better, but that may be chance: more rows would tell.",
    ]
