"""What stands between the columns of a table in plain text."""

import csv
import re
from collections.abc import Iterator, Sequence

from seqzoo.datasets.reading.encoding import MAXIMUM_LINE
from seqzoo.errors import InputError

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
BY_NAME = {name: mark for mark, name in NAMES.items()} | {"\\t": "\t", "space": " "}
_SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def asked(text: str) -> str:
    """The delimiter that a flag names.

    Raises:
        InputError: if it is no single character, or one of a text.
    """
    mark = BY_NAME.get(text.lower(), text)
    if len(mark) != 1 or mark.isalnum() or mark in '"\r\n':
        raise InputError(
            f"--delimiter: expected one character, or tab, comma, semicolon, pipe; got {text!r}"
        )
    return mark


def of_sep_line(line: str) -> str | None:
    """The delimiter that Excel's first line `sep=;` names; None: it is no such line."""
    found = _SEP_LINE.fullmatch(line.strip())
    return found.group(1) if found else None


def find(lines: Sequence[str]) -> str:
    """The delimiter by which most rows have as many columns as the first; a comma, if there is none.

    Args:
        lines: the first ones of a file, the first row among them.
    """
    csv.field_size_limit(MAXIMUM_LINE)
    best, most = ",", 0.0
    for mark in NAMES:
        rows = list(_rows(lines, mark))
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agreement = sum(len(row) == width for row in rows) / len(rows)
        if agreement > most:
            best, most = mark, agreement
    return best


def _rows(lines: Sequence[str], mark: str) -> Iterator[list[str]]:
    """The rows of a file's first lines, up to one that is none."""
    try:
        yield from filter(None, csv.reader((f"{line}\n" for line in lines), delimiter=mark))
    except csv.Error:
        return


def shown(mark: str) -> str:
    """A delimiter in words."""
    return NAMES.get(mark, repr(mark))
