"""Figures as a person reads them in a terminal: columns below each other, in any script."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

MOST_COLUMNS = 12  # classes of a confusion matrix that is shown whole
MISTAKES = 10  # that are shown of a larger one
GAP = "  "
GOLD, PREDICTED = "gold ", "predicted "  # begin the names of a confusion matrix
IN_JSON = "in --json"
OTHER = 2  # figures that another answer has in common with the model's, at least


def lines_of(figures: Mapping[str, Any], title: str) -> list[str]:
    """What a model scores.

    Args:
        figures: as `seqzoo evaluate --json` prints them.
        title: of the whole.
    """
    figures = dict(figures)
    naive = _naive(figures)
    beside = {key for name in naive for key in figures if _is_of(key, name)}
    own = {key: value for key, value in figures.items() if key not in beside}
    below = own.pop("below", [])
    lines = [title, "", *_scalars(own)]
    for name, value in own.items():
        if name == "interval" or not isinstance(value, (list, Mapping)):
            continue
        lines += ["", *_part(name, value)]
    if naive:
        lines += ["", "beside it", *_beside(figures, naive)]
    return [*lines, *(["", *below] if below else [])]


def compared(told: Mapping[str, Any]) -> list[str]:
    """What two models score on the same rows.

    Args:
        told: as `seqzoo.pipeline.bootstrap.compared` gives it.
    """
    rows = [["model", told["of"], "interval"]]
    for each in told["models"]:
        rows.append([each["model"], number(each["score"]), _interval(each["interval"])])
    return [*table(rows), "", *told["in_words"]]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines; numbers stand at the right of their column, all else at the left.

    Args:
        rows: cells; the first row is the head.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    right = [all(map(_is_number, column[1:])) for column in columns]
    lines = []
    for row in rows:
        cells = []
        for cell, wide, at_right in zip(row, widths, right, strict=True):
            space = " " * (wide - width(cell))
            cells.append(space + cell if at_right else cell + space)
        lines.append(GAP.join(cells).rstrip())
    return lines


def width(text: str) -> int:
    """Columns of a terminal that a text takes: East Asian characters two, marks on others none."""
    return sum(_columns(character) for character in text)


def number(value: Any) -> str:
    """A figure: whole numbers with commas, others in four digits behind the point."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(",", "").replace(".", "", 1).lstrip("-+").isdigit()


def _naive(figures: Mapping[str, Any]) -> list[str]:
    """The names of other answers: `NAME_FIGURE` is what one scores, and `NAME` says how it answers."""
    names = dict.fromkeys(key.partition("_")[0] for key in figures)
    counts = {
        name: sum(f"{name}_{key}" in figures for key in figures if key != name)
        for name in names
    }
    return [
        name
        for name, count in counts.items()
        if count >= OTHER or (count and isinstance(figures.get(name), str))
    ]


def _is_of(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}_")


def _scalars(figures: Mapping[str, Any]) -> list[str]:
    """The single figures; the interval stands behind the one that it is of."""
    interval = figures.get("interval", {})
    rows = []
    for name, value in figures.items():
        if isinstance(value, (list, Mapping)):
            continue
        more = _interval(interval) if name == interval.get("of") else ""
        rows.append([name, number(value), more])
    if "of" not in interval and interval:
        rows.append(["interval", _interval(interval), ""])
    wide = max(width(row[0]) for row in rows)
    figure = max((width(row[1]) for row in rows if _is_number(row[1])), default=0)
    lines = []
    for name, value, more in rows:
        space = " " * (wide - width(name))
        shown = value.rjust(figure) if _is_number(value) else value
        lines.append(GAP.join([name + space, shown, more]).rstrip())
    return lines


def _interval(found: Mapping[str, Any]) -> str:
    if "low" not in found:
        return str(found.get("about", ""))
    return f"{found['low']:,.4f} to {found['high']:,.4f} ({found['about']})"


def _part(name: str, value: Any) -> list[str]:
    """A figure of several parts: a table by class, a confusion matrix, or where to find it."""
    if isinstance(value, Mapping) and value and _all_gold(value):
        return _confusion(value)
    if isinstance(value, Mapping) and value and _all_rows(value):
        return _by_name(name, value)
    if isinstance(value, Mapping):
        shown = ", ".join(f"{key} {number(each)}" for key, each in value.items())
        return [f"{name}: {shown or 'none'}"]
    return [f"{name}: {len(value)} rows, {IN_JSON}"]


def _all_rows(value: Mapping[str, Any]) -> bool:
    return all(isinstance(each, Mapping) for each in value.values())


def _all_gold(value: Mapping[str, Any]) -> bool:
    return _all_rows(value) and all(name.startswith(GOLD) for name in value)


def _by_name(title: str, value: Mapping[str, Mapping[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(key for each in value.values() for key in each))
    rows = [[title, *columns]]
    for name, each in value.items():
        rows.append([name, *(number(each.get(key)) for key in columns)])
    return table(rows)


def _confusion(value: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A confusion matrix, or the commonest mistakes of one that would be too wide."""
    if len(value) > MOST_COLUMNS:
        return _mistakes(value)
    heads = [name.removeprefix(PREDICTED) for name in next(iter(value.values()))]
    rows = [["gold \\ predicted", *heads]]
    for name, counts in value.items():
        rows.append([name.removeprefix(GOLD), *map(number, counts.values())])
    return table(rows)


def _mistakes(value: Mapping[str, Mapping[str, int]]) -> list[str]:
    found = [
        (count, gold.removeprefix(GOLD), predicted.removeprefix(PREDICTED))
        for gold, counts in value.items()
        for predicted, count in counts.items()
        if count and gold.removeprefix(GOLD) != predicted.removeprefix(PREDICTED)
    ]
    found.sort(key=lambda each: -each[0])
    head = f"the commonest mistakes; all of {len(value)} classes are {IN_JSON}"
    rows = [["gold", "predicted", "texts"]]
    rows += [
        [gold, predicted, number(count)] for count, gold, predicted in found[:MISTAKES]
    ]
    return [head, *table(rows)]


def _beside(figures: Mapping[str, Any], naive: Sequence[str]) -> list[str]:
    """What naive answers score, a row each, and how they answer."""
    scores = {
        name: {
            key.removeprefix(f"{name}_"): value
            for key, value in figures.items()
            if key.startswith(f"{name}_")
        }
        for name in naive
    }
    columns = list(dict.fromkeys(key for each in scores.values() for key in each))
    rows = [["", *columns, "how it answers"]]
    for name, each in scores.items():
        how = str(figures.get(name, ""))
        rows.append([name, *(number(each.get(key)) for key in columns), how])
    return table(rows)
