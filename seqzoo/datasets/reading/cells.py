"""Cells as texts, labels and numbers."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

from seqzoo.errors import InputError

Item = TypeVar("Item")
MISSING = ("nan", "NaN", "<NA>")  # what pandas writes where there is nothing
LARGEST = 1e30  # of a number: its square must not overflow


def text_of(cell: Any, where: str, typed: bool = True) -> str:
    """A text.

    Args:
        cell: of a row.
        where: it stands; begins errors.
        typed: whether a number is a mistake.

    Raises:
        InputError: if it is none, or blank.
    """
    if cell is None:
        raise InputError(f"{where}: expected a text; there is none")
    if not isinstance(cell, str) and (typed or isinstance(cell, bool)):
        raise InputError(f"{where}: expected a text; got {str(cell)[:40]}")
    text = str(cell)
    if not text.strip():
        raise InputError(f"{where}: expected a text; it is blank")
    _refuse_surrogates(text, where)
    return text


def label_of(cell: Any, where: str, mark: str | None = None) -> str:
    """A label; 1.0 is the label 1, as pandas writes whole numbers beside missing ones.

    Args:
        cell: of a row.
        where: it stands; begins errors.
        mark: between several labels of a text, which may then be a list; None: there is one.

    Raises:
        InputError: if it is none: blank, a list, a number with a fraction.
    """
    if mark is not None and isinstance(cell, (list, tuple, np.ndarray)):
        return _joined(cell, where, mark)
    label = _label(cell, where).strip()
    if not label:
        raise InputError(f"{where}: expected a label; it is blank")
    if label in MISSING:
        raise InputError(f"{where}: expected a label; {label} stands for a missing one")
    if len(label.splitlines()) > 1:
        raise InputError(f"{where}: expected a label of one line; got {label[:40]!r}")
    _refuse_surrogates(label, where)
    return label


def _joined(cells: Iterable[Any], where: str, mark: str) -> str:
    """Several labels with a mark between; the mark alone for none."""
    labels = [label_of(cell, where) for cell in cells]
    for label in labels:
        if mark in label:
            raise InputError(
                f"{where}: expected labels without {mark!r}; got {label[:40]!r}"
            )
    return mark.join(labels) or mark


def _label(cell: Any, where: str) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, (str, int)):
        return str(cell)
    if cell is None or cell != cell:
        raise InputError(f"{where}: expected a label; there is none")
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        raise InputError(
            f"{where}: expected a label; got the number {cell!r}: the recipe ratings learns numbers"
        )
    if isinstance(cell, (list, tuple)):
        raise InputError(
            f"{where}: expected one label; got a list of {len(cell)}: --multi-label '|' reads several"
        )
    raise InputError(f"{where}: expected a label; got {type(cell).__name__}")


def number_of(cell: Any, where: str) -> float:
    """A finite number.

    Raises:
        InputError: if it is none.
    """
    plain = (
        isinstance(cell, (str, int, float))
        and not isinstance(cell, bool)
        and "_" not in str(cell)
    )
    try:
        value = float(cell) if plain else math.nan
    except (ValueError, OverflowError):  # the latter of JSON's whole numbers
        value = math.nan
    if not abs(value) <= LARGEST:
        raise InputError(
            f"{where}: expected a finite number, of at most {LARGEST:g}; got {str(cell)[:40]!r}"
        )
    return value


def _refuse_surrogates(text: str, where: str) -> None:
    # JSON may have lone surrogates.
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"{where}: a lone surrogate in {text[:40]!r}; expected text")


def usable(
    rows: Iterable[Item | InputError],
    name: str,
    skip: bool,
    tell: Callable[[str], Any] | None = None,
) -> Iterator[Item]:
    """The rows that can be used.

    Args:
        rows: and what is wrong with those that cannot.
        name: of the file.
        skip: leave these out.
        tell: is told how many were left out, once all have been read.

    Raises:
        InputError: if there is one and it is not to be left out; with the number of all such rows.
    """
    count = bad = 0
    first: InputError | None = None
    for row in rows:
        count += 1
        if isinstance(row, InputError):
            bad += 1
            first = first or row
        elif first is None or skip:
            yield row
    if first is None:
        return
    if not skip or bad == count:
        raise InputError(f"{first}{_advice(bad, count)}")
    if tell is not None:
        tell(f"{name}: left out {bad:,} of {count:,} rows; the first: {first}")


def _advice(bad: int, count: int) -> str:
    if bad == count and count > 1:
        return f"; none of the {count:,} rows can be used"
    which = "1 row" if bad == 1 else f"{bad:,} rows"
    return f" ({which} of {count:,} cannot be used; --skip-bad-rows leaves them out)"
