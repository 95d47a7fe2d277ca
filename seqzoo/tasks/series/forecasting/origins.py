"""Windows of series, as they are measured from rolling origins."""

from collections.abc import Iterator

import numpy as np

from seqzoo.datasets.series import Scaler, Windows
from seqzoo.metrics.forecasts import mase_scale
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series.forecasting.scores import Window

MEASURED = 256  # windows of a backtest that are copied at once


def known_of(ahead: np.ndarray, plan: Plan) -> np.ndarray:
    """What is known of the steps ahead, float32 (..., horizon, known); a missing value is 0, the mean."""
    known = ahead[..., plan.count - plan.known_count :]
    return np.nan_to_num(known, nan=0.0).astype(np.float32)


def mase_scale_of(train: np.ndarray, plan: Plan) -> np.ndarray:
    """What MASE divides by, float64 (targets,), of scaled training values; NaN for a constant column."""
    season = plan.season if plan.season < len(train) else 1
    try:
        return mase_scale(train[:, : len(plan.targets)], season)
    except ValueError:
        return np.full(len(plan.targets), np.nan)


def measured_windows(
    windows: Windows,
    plan: Plan,
    scaler: Scaler,
    series_id: str,
    first_block: int,
    mase_scale: np.ndarray,
    static: np.ndarray,
) -> Iterator[Window]:
    """Rolling origins of a series in batches; see `Window`."""
    count = len(plan.targets)
    places = np.arange(count)
    center = scaler.inverse(np.zeros(count), series_id, places)
    scale = scaler.inverse_deviation(np.ones(count), series_id, places)
    origins = windows.origins
    for start in range(0, len(windows), MEASURED):
        some = slice(start, start + MEASURED)
        inputs, ahead = windows.batch(some)
        yield Window(
            inputs,
            known_of(ahead, plan),
            ahead[..., :count],
            first_block + origins[some] // plan.horizon,
            center,
            scale,
            mase_scale,
            windows.values,
            origins[some],
            static,
        )
