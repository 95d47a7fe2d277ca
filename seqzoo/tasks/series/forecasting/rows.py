"""A forecast as a table: a row a step."""

from typing import Any

from seqzoo.tasks.series.forecasting.plan import Plan

BESIDE = ("low", "high", "naive")  # columns beside each target's, where an answer has them


def table(answer: dict[str, Any], plan: Plan) -> tuple[list[str], list[list[Any]]]:
    """The table of an answer.

    Of an answer with `anomalies` it is their table: the step, `score`, and `anomaly`, 0 or 1. Of others its
    columns are the series' id, where there are several, the time or the step's number, and of each target the
    forecast, the ends of its band, and the naive answer: `load`, `load_low`, `load_high`, `load_naive`.

    Args:
        answer: of a `Forecaster`.
        plan: of the training: its names of columns.

    Returns:
        The columns' names, and the rows.
    """
    each = answer.get("series", [answer])
    if "anomalies" in each[0]:
        return _scored(each, plan)
    beside = [name for name in BESIDE if name in each[0]]
    names = [] if plan.series_id is None else [plan.series_id]
    names.append(plan.time or "step")
    for target in plan.targets:
        names += [target, *(f"{target}_{name}" for name in beside)]
    return names, [row for one in each for row in _rows(one, plan, beside)]


def _scored(each: list[dict[str, Any]], plan: Plan) -> tuple[list[str], list[list[Any]]]:
    """The table of anomalies: the score of each step, and 1 where it is above the threshold."""
    names = [] if plan.series_id is None else [plan.series_id]
    names += [plan.time or "step", "score", "anomaly"]
    rows = []
    for one in each:
        begin = [] if plan.series_id is None else [one["id"]]
        found = one["anomalies"]
        steps = found.get("times") or found["steps"]
        for step, score in zip(steps, found["score"], strict=True):
            flagged = score is not None and score > found["threshold"]
            rows.append([*begin, step, _shown(score), int(flagged)])
    return names, rows


def _rows(one: dict[str, Any], plan: Plan, beside: list[str]) -> list[list[Any]]:
    """The rows of one series."""
    begin = [] if plan.series_id is None else [one["id"]]
    columns = [one.get("times") or one["steps"]]
    for target in plan.targets:
        columns += [one[name][target] for name in ("forecast", *beside)]
    return [[*begin, *map(_shown, cells)] for cells in zip(*columns, strict=True)]


def _shown(cell: Any) -> Any:
    """A number in as many digits as float32 has: 6.96, not 6.960000038146973."""
    return float(f"{cell:.7g}") if isinstance(cell, float) else cell
