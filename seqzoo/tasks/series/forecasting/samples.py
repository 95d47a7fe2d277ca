"""Made tables, to try a forecaster with."""

import numpy as np

from seqzoo.datasets.series import Scaler
from seqzoo.tasks.series.forecasting.plan import Plan


def made(plan: Plan, scaler: Scaler, draw: np.random.Generator) -> dict[str, list]:
    """A table, an object of columns: a random walk near the training's mean.

    Args:
        plan: of the training.
        scaler: of the training.
        draw: of the walk.
    """
    ahead = plan.horizon if plan.known else 0
    steps = plan.look_back + ahead
    walk = draw.normal(0, 0.2, (steps, len(plan.columns))).cumsum(axis=0)
    any_series = next(iter(scaler.statistics))
    values = scaler.inverse(walk, any_series)
    table: dict[str, list] = {}
    if plan.time is not None or plan.cycles or plan.step:
        moment = np.datetime64("2024-01-01", "s") + np.timedelta64(1, "h") * np.arange(
            steps
        )
        table[plan.time or "time"] = [str(each) for each in moment]
    if plan.series_id is not None:
        table[plan.series_id] = [any_series or "sample"] * steps
    for place, name in enumerate(plan.columns):
        column: list = values[:, place].astype(np.float32).tolist()
        if name in plan.targets and ahead:
            column[-ahead:] = [None] * ahead
        table[name] = column
    for place, name in enumerate(plan.static):
        number = plan.static_center[place] + plan.static_scale[place] * draw.normal()
        table[name] = [number] * steps
    return table
