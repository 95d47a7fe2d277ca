"""Whether the target stands among what is said to be known of the future."""

import warnings
from collections.abc import Sequence

import numpy as np

from seqzoo.datasets.series import Series
from seqzoo.tasks.series.forecasting.plan import Plan

SAME = 0.9999  # correlation from which on two columns are one
FEWEST = 10  # steps that have both


def leaks(series: Series, plan: Plan) -> list[tuple[str, str]]:
    """Columns that are known of the future and tell a target at the same step.

    Args:
        series: with the plan's columns.
        plan: which columns play which part.

    Returns:
        Pairs of names: the known column and the target.
    """
    found = []
    for known in plan.known:
        for target in plan.targets:
            one = series.values[:, series.channels((known,))[0]]
            other = series.values[:, series.channels((target,))[0]]
            if _same(one, other):
                found.append((known, target))
    return found


def tell_leaks(train: Sequence[Series], plan: Plan) -> None:
    """Warn of targets that stand among what is said to be known of the future.

    Args:
        train: the training part of each series.
        plan: which columns play which part.
    """
    for known, target in dict.fromkeys(
        pair for each in train for pair in leaks(each, plan)
    ):
        warnings.warn(
            f"--known {known}: it tells the target {target} at the same step; scores will be too good, and "
            "nobody has it at the time of a forecast",
            UserWarning,
            stacklevel=2,
        )


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether one column is the other, moved or scaled: float (time,) both, NaN where missing."""
    there = ~np.isnan(one) & ~np.isnan(other)
    if there.sum() < FEWEST:
        return False
    a, b = one[there].astype(np.float64), other[there].astype(np.float64)
    if a.std() == 0 or b.std() == 0:
        return False
    return abs(float(np.corrcoef(a, b)[0, 1])) > SAME
