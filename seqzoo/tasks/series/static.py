"""Numbers that do not change over a series, like the size of a shop, and their scale."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.datasets.series import Series
from seqzoo.errors import InputError

NUMBERS = ("static_center", "static_scale")


def said(text: dict[str, Any]) -> dict[str, Any]:
    """What an artifact's settings say of static columns: `static`, their names, and `NUMBERS`.

    Args:
        text: the settings; the first models have none of these.

    Raises:
        InputError: unless there is a centre and a scale for each name.
    """
    found = {name: text.get(name, []) for name in ("static", *NUMBERS)}
    names = found["static"]
    if not _all_of(str, names, len(names) if isinstance(names, list) else 0) or any(
        not _all_of(float, found[name], len(names)) or not np.isfinite(found[name]).all()
        for name in NUMBERS
    ):
        raise InputError("config.json: text: expected names and numbers of static columns")
    return {name: tuple(value) for name, value in found.items()}


def _all_of(kind: type, value: Any, count: int) -> bool:
    """Whether a value is a list of so many things of a kind."""
    return (
        isinstance(value, list)
        and len(value) == count
        and all(isinstance(each, kind) for each in value)
    )


def fitted(names: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Mean and deviation of static columns over the training's series, tuples by the names in `NUMBERS`.

    Args:
        names: of the columns.
        series: two at least.

    Raises:
        InputError: if a column is the same for all, or has no number.
    """
    if not names:
        return dict.fromkeys(NUMBERS, ())
    values = np.array([each.static for each in series], np.float64)  # (series, static)
    if empty := np.flatnonzero(np.isnan(values).all(axis=0)).tolist():
        raise InputError(f"--static {names[empty[0]]}: no series has a number")
    center, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    if same := np.flatnonzero(scale == 0).tolist():
        raise InputError(
            f"--static {names[same[0]]}: all series have {center[same[0]]:g}; it tells nothing"
        )
    return dict(zip(NUMBERS, (tuple(center.tolist()), tuple(scale.tolist())), strict=True))


def scaled(
    series: Series, center: tuple[float, ...], scale: tuple[float, ...]
) -> np.ndarray:
    """The static numbers of a series, scaled, 0 where they are missing: float32 (static,)."""
    if series.static is None:
        return np.zeros(len(center), np.float32)
    found = (series.static - np.array(center)) / np.array(scale)
    return np.nan_to_num(found, nan=0.0).astype(np.float32)
