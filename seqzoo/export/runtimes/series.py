"""Tables of steps as exported models take them: an object of columns, or its JSON."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np


def parsed(table: Any) -> dict[str, list]:
    """The columns of a table.

    Raises:
        ValueError: if it is none.
    """
    found = json.loads(table) if isinstance(table, str) else table
    if not isinstance(found, dict):
        raise ValueError("expected an object of columns")
    return found


def numbers(table: dict[str, list], columns: Sequence[str]) -> np.ndarray:
    """The numbers of columns, float32 (steps, columns), NaN where they are null.

    Raises:
        ValueError: on a column that is not there or empty, or lists of several lengths.
    """
    for name in columns:
        if not isinstance(table.get(name), list) or not table[name]:
            raise ValueError(f"expected a list {name!r} of numbers")
    lists = [[np.nan if v is None else v for v in table[name]] for name in columns]
    if len({len(column) for column in lists}) > 1:
        raise ValueError("expected lists of one length")
    return np.array(lists, np.float32).T  # (steps, columns)


def static_of(table: dict[str, list], text: dict[str, Any]) -> np.ndarray:
    """What does not change over a series, scaled, float32 (1, static); 0 where it is null.

    Args:
        table: of the series; the first cell of a column counts.
        text: settings, with the names of the columns, and the training's centre and scale of each.

    Raises:
        ValueError: on a column that is not there.
    """
    names = text.get("static", [])
    if not names:
        return np.empty((1, 0), np.float32)
    found = numbers({name: table.get(name) or [] for name in names}, names)[:1]
    scaled = (found.astype(np.float64) - text["static_center"]) / text["static_scale"]
    return np.nan_to_num(scaled, nan=0.0).astype(np.float32)


def filled(values: np.ndarray, places: np.ndarray, missing: str) -> np.ndarray:
    """Values without gaps: straight lines, or 0 where that was trained.

    Args:
        values: float32 (steps, channels), scaled.
        places: of the steps in time, float64 (steps,).
        missing: `mask`, `interpolate` or `error`.

    Raises:
        ValueError: on a gap, if `error`.
    """
    if missing == "error" and np.isnan(values).any():
        raise ValueError("a value is missing")
    values = values.copy()
    for channel in values.T:  # views
        there = ~np.isnan(channel)
        if missing == "mask" or not there.any():
            channel[~there] = 0
        else:
            channel[~there] = np.interp(places[~there], places[there], channel[there])
    return values


def carried(values: np.ndarray, missing: str) -> np.ndarray:
    """Values in whose gaps the last value stands; 0 before the first.

    Args:
        values: float32 (steps, channels), scaled.
        missing: `error` refuses gaps.

    Raises:
        ValueError: on a gap, if `error`.
    """
    there = ~np.isnan(values)
    if missing == "error" and not there.all():
        raise ValueError("a value is missing")
    longer = np.concatenate([np.zeros_like(values[:1]), values])
    steps = np.arange(1, len(longer))[:, None]
    last = np.maximum.accumulate(np.where(there, steps, 0), axis=0)
    return np.take_along_axis(longer, last, axis=0)
