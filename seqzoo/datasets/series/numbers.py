"""Cells as numbers, a block of rows at a time: missing ones are NaN, what is no number is an error."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.datasets.reading.cells import LARGEST
from seqzoo.errors import InputError

MISSING = frozenset(("", "?", "na", "n/a", "nan", "null", "none", "<na>"))


def numbers_of(cells: Sequence[Any], wheres: Sequence[str], column: str = "") -> np.ndarray:
    """A column's cells, float32 (cells,).

    Args:
        cells: texts or numbers; None or one of `MISSING` stands for a missing one.
        wheres: each stands; begins errors.
        column: its name, for errors.

    Raises:
        InputError: on the first cell that is no finite number, or one beyond 1e30.
    """
    try:
        values = np.array([float(cell) for cell in cells])
        if (np.abs(values) <= LARGEST).all() and not any(map(_is_odd, cells)):
            return values.astype(np.float32)
    except (TypeError, ValueError, OverflowError):
        pass  # cell by cell, each with a place to name
    pairs = zip(cells, wheres, strict=True)
    return np.array([_number(cell, where, column) for cell, where in pairs], np.float32)


def _number(cell: Any, where: str, column: str) -> float:
    if is_missing(cell):
        return np.nan
    try:
        value = np.nan if _is_odd(cell) else float(cell)
    except (TypeError, ValueError, OverflowError):
        value = np.nan
    if not abs(value) <= LARGEST:
        place = f", column {column!r}" if column else ""
        hint = ""
        if isinstance(cell, str) and _is_number(cell.replace(",", ".")):
            hint = "; decimals stand behind a point, not a comma"
        raise InputError(
            f"{where}{place}: expected a number, of at most {LARGEST:g}; got {str(cell)[:40]!r}{hint}"
        )
    return value


def _is_number(text: str) -> bool:
    """Whether a text is a number of a table."""
    try:
        return abs(float(text)) <= LARGEST and not _is_odd(text)
    except ValueError:
        return False


def _is_odd(cell: Any) -> bool:
    """Whether Python takes for a number what a table does not: `1_000`, a truth value."""
    return "_" in cell if type(cell) is str else type(cell) is bool


def is_missing(cell: Any) -> bool:
    """Whether a cell stands for a missing value."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell.strip().lower() in MISSING
    return bool(cell != cell)
