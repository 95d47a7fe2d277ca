"""Times of steps: continued, and as features. An export takes this file along; it imports no seqzoo."""

from collections.abc import Sequence
from typing import Any

import numpy as np

DAY = np.timedelta64(1, "D")


def continued(times: np.ndarray, horizon: int) -> np.ndarray:
    """The times that follow: as far apart as the median step, or by months."""
    apart, steps = np.diff(times), np.arange(1, horizon + 1)
    months = times.astype("datetime64[M]")
    within, by_month = times - months, np.diff(months).astype(np.int64)
    if (within == within[0]).all() and by_month[0] > 0 and len(set(by_month)) == 1:
        later = months[-1] + steps * by_month[0]
        return later.astype("datetime64[us]") + within[-1]
    return times[-1] + steps * np.sort(apart)[len(apart) // 2]


def calendar(times: Any, cycles: Sequence[str], count: int) -> np.ndarray:
    """Sine and cosine of each cycle: (steps, 2 * cycles)."""
    columns = [np.empty((count, 0))]
    for cycle in cycles:
        angle = 2 * np.pi * passed(times, cycle)
        columns.append(np.stack([np.sin(angle), np.cos(angle)], axis=1))
    return np.concatenate(columns, axis=1)


def passed(times: np.ndarray, cycle: str) -> np.ndarray:
    """The share of a cycle that has passed."""
    days = times.astype("datetime64[D]")
    if cycle == "hour":
        return (times - days) / DAY
    if cycle == "weekday":  # 1 January 1970 was a Thursday
        return (days.astype(np.int64) + 3) % 7 / 7
    if cycle == "month":
        return times.astype("datetime64[M]").astype(np.int64) % 12 / 12
    year = times.astype("datetime64[Y]")
    first, last = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    return (days - first) / (last - first)


def told(times: Any, count: int) -> dict[str, list]:
    """Times in ISO 8601, or the numbers of the steps."""
    if times is None:
        return {"steps": list(range(1, count + 1))}
    for unit in ("D", "m", "s", "us"):
        if (times.astype(f"datetime64[{unit}]") == times).all():
            break
    return {"times": [str(each) for each in times.astype(f"datetime64[{unit}]")]}
