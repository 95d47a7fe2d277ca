"""What stands for missing values of a window, and channels that say where values were observed."""

import numpy as np

from seqzoo.datasets.series import Series, filled
from seqzoo.errors import InputError

GAP = "a value is missing; --missing mask or interpolate takes gaps"


def without_gaps(windows: np.ndarray, missing: str) -> np.ndarray:
    """Windows whose missing values have something in their place: `windows` itself, if none is missing.

    Each window is filled from itself alone: what follows it, nobody knows at its time.

    Args:
        windows: float32 (windows, look_back, channels), scaled.
        missing: `mask`, `interpolate` or `error`; see `seqzoo.datasets.series.gaps`.

    Raises:
        InputError: on a missing value, if `error`.
    """
    gaps = np.isnan(windows)
    if not gaps.any():
        return windows
    # A channel without a value in a window has 0 there, the mean.
    windows = np.where(gaps.all(axis=1, keepdims=True), np.float32(0), windows)
    names = tuple(map(str, range(windows.shape[2])))
    for place in np.flatnonzero(np.isnan(windows).any(axis=(1, 2))):
        window = Series(windows[place], names, where="a window")
        windows[place] = filled(window, missing)[0].values
    if missing == "error":
        raise InputError("a window has a channel without a value; --missing mask takes it")
    return windows


def carried(
    windows: np.ndarray, missing: str, before: np.ndarray | None = None
) -> np.ndarray:
    """Windows in whose gaps the last value stands: no step knows anything of later ones.

    Args:
        windows: float32 (windows, steps, channels), scaled.
        missing: `error` refuses gaps.
        before: float32 (windows, channels), of the step before the first; None: 0, the mean.

    Raises:
        InputError: on a missing value, if `error`.
    """
    there = ~np.isnan(windows)
    if there.all():
        return windows
    if missing == "error":
        raise InputError(GAP)
    first = np.zeros_like(windows[:, 0]) if before is None else before
    longer = np.concatenate([first[:, None], windows], axis=1)
    steps = np.arange(1, longer.shape[1])[np.newaxis, :, np.newaxis]
    last = np.maximum.accumulate(np.where(there, steps, 0), axis=1)
    return np.take_along_axis(longer, last, axis=1)


def without_future(
    filled: np.ndarray, raw: np.ndarray, features: slice, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Windows as a recursive model has them that knows no future of its features: their last value stands.

    Args:
        filled: float32 (windows, steps, channels), without gaps.
        raw: the same, NaN where a value is missing.
        features: the channels whose future nobody knows.
        step: the first step of the future.

    Returns:
        Both, the features from that step on those of the step before in `filled`, NaN in `raw`.
    """
    if features.start == features.stop:
        return filled, raw
    filled, raw = filled.copy(), raw.copy()
    filled[:, step:, features] = filled[:, step - 1 : step, features]
    raw[:, step:, features] = np.nan
    return filled, raw


def with_flags(values: np.ndarray, raw: np.ndarray, flags: int) -> np.ndarray:
    """Values and, behind them, 1 where each of the first channels was observed, 0 where not.

    Args:
        values: float32 (..., channels), without gaps.
        raw: the same with NaN where a value is missing.
        flags: how many channels have a flag; 0: there are none.

    Returns:
        float32 (..., channels + flags).
    """
    if not flags:
        return values
    observed = ~np.isnan(raw[..., :flags])
    return np.concatenate([values, observed], axis=-1, dtype=np.float32)
