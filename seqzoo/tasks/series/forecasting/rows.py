"""A forecast as a table: a row a step."""

from typing import Any

from seqzoo.tasks.series.forecasting.plan import Plan

BESIDE = ("low", "high", "naive")  # columns beside each target's, where an answer has them


def table(answer: dict[str, Any], plan: Plan) -> tuple[list[str], list[list[Any]]]:
    """The table of an answer.

    Its columns are the series' id, where there are several, the time or the step's number, and of each target
    the forecast, the ends of its band, and the naive answer: `load`, `load_low`, `load_high`, `load_naive`.

    Args:
        answer: of a `Forecaster`.
        plan: of the training: its names of columns.

    Returns:
        The columns' names, and the rows.
    """
    each = answer.get("series", [answer])
    beside = [name for name in BESIDE if name in each[0]]
    names = [] if plan.series_id is None else [plan.series_id]
    names.append(plan.time or "step")
    for target in plan.targets:
        names += [target, *(f"{target}_{name}" for name in beside)]
    return names, [row for one in each for row in _rows(one, plan, beside)]


def _rows(one: dict[str, Any], plan: Plan, beside: list[str]) -> list[list[Any]]:
    """The rows of one series."""
    begin = [] if plan.series_id is None else [one["id"]]
    columns = [one.get("times") or one["steps"]]
    for target in plan.targets:
        columns += [one[name][target] for name in ("forecast", *beside)]
    return [[*begin, *cells] for cells in zip(*columns, strict=True)]
