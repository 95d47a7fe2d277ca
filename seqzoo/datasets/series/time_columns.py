"""A column of times that nobody named as such."""

import itertools
from collections.abc import Iterator, Sequence, Set
from typing import Any

from seqzoo.datasets.reading.raw import RawRow
from seqzoo.datasets.series.checks import Tell
from seqzoo.datasets.series.times import time_of
from seqzoo.errors import InputError

SHOWN = 20  # rows that are looked at


def tell_times(
    rows: Iterator[RawRow],
    names: Sequence[str],
    taken: Set[int | None],
    name: str,
    tell: Tell,
) -> Iterator[RawRow]:
    """Tell of the first column whose cells are times and no numbers.

    Args:
        rows: of the table.
        names: of its columns.
        taken: places of columns that play another part.
        name: of the table.
        tell: is given the line.

    Returns:
        All the rows.
    """
    first = list(itertools.islice(rows, SHOWN))
    for place, column in enumerate(names):
        cells = _cells(first, place)
        if place not in taken and cells and all(map(is_time, cells)):
            tell(f"{name}: the column {column!r} has times; --time {column} reads them")
            break
    return itertools.chain(first, rows)


def is_time(cell: Any) -> bool:
    """Whether a cell is a time as ISO 8601 has it, and cannot be a number."""
    try:
        float(cell)
        return False
    except (TypeError, ValueError):
        pass
    try:
        time_of(cell, "")
    except InputError:
        return False
    return True


def _cells(rows: Sequence[RawRow], place: int) -> list[Any]:
    """What rows have in a column, where they have something."""
    lists = [row.fields for row in rows if isinstance(row.fields, list)]
    cells = [fields[place] for fields in lists if len(fields) > place]
    return [cell for cell in cells if cell not in ("", None)]
