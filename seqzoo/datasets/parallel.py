"""Texts and their translations: the readers of a user's own files.

* Two files, line by line: source and target.
* One table: of tabs without a header the first two columns are source and target, whatever the file's name
  ends in, and further columns (Tatoeba has an attribution there) are left aside; or any other format that
  `seqzoo.datasets.reading` knows, with columns named source and target.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.reading.cells import text_of
from seqzoo.datasets.reading.layout import PAIRS
from seqzoo.datasets.reading.measured import told
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.table import Row, Table, open_table
from seqzoo.errors import InputError


@dataclass(frozen=True)
class Pair:
    """A text and its translation, and where they stand (`file:line`).

    Attributes:
        source, target: the texts.
        where: `file:line`.
        text: what a split is drawn by: equal ones fall into the same part. The source, or the
            chapter that it stands in.
    """

    source: str
    target: str
    where: str
    group: str | None = None

    @property
    def text(self) -> str:
        """By which a split is drawn."""
        return self.source if self.group is None else self.group


def read_pairs(
    source: Path | str, target: Path | str, encoding: str | None = None
) -> Iterator[Pair]:
    """The pairs of two files, line by line; where both lines are blank, there is no pair.

    Args:
        source, target: the files.
        encoding: of both; None: by their BOMs, else UTF-8.

    Raises:
        InputError: on a text without its translation, or files of unequal length, with both lengths
            and the first blank line.
    """
    blank, number = None, 0
    sources, targets = read_lines(source, encoding), read_lines(target, encoding)
    found = False
    while True:
        one, other = next(sources, None), next(targets, None)
        if one is None or other is None:
            break
        number, (here, there) = number + 1, (one[1].strip(), other[1].strip())
        if blank is None and not (here and there):
            blank = f"{source if not here else target}:{number}"
        if here and there:
            found = True
            yield Pair(here, there, f"{source}:{number}")
        elif here or there:
            lengths = _lengths(encoding, source, target)
            if lengths[0] == lengths[1]:
                raise InputError(
                    f"{blank}: blank, but not in the other file; expected a text and its translation"
                )
            raise _unequal(source, target, lengths, blank)
    if (one is None) != (other is None):
        raise _unequal(source, target, _lengths(encoding, source, target), blank)
    if not found:
        raise InputError(f"{source}: expected texts; the file has none")


def _lengths(encoding: str | None, *paths: Path | str) -> list[int]:
    return [sum(1 for _ in read_lines(path, encoding)) for path in paths]


def _unequal(source, target, lengths, blank) -> InputError:
    first = (
        f"the first blank line is {blank}"
        if blank
        else "no line of either is blank before that"
    )
    return InputError(
        f"{source} has {lengths[0]:,} lines, {target} has {lengths[1]:,}: expected as many; {first}"
    )


def parallel(data: Any, asked: Form | None = None) -> Table:
    """A file or frame of texts with their translations as a table.

    Raises:
        InputError: on a missing column, or columns that seem to be no texts.
    """
    return open_table(data, PAIRS, asked, tabs=True)


def pairs_of(table: Table) -> Iterator[Pair | InputError]:
    """The pairs of a table, and what is wrong with rows that are none."""
    return (_pair(row, table.raw.typed) for row in table if not _is_blank(row))


def _is_blank(row: Row) -> bool:
    fields = row.fields
    return isinstance(fields, list) and not any(str(cell).strip() for cell in fields)


def _pair(row: Row, typed: bool) -> Pair | InputError:
    if isinstance(row.cells, InputError):
        return row.cells
    try:
        if any(isinstance(cell, str) and not cell.strip() for cell in row.cells):
            return InputError(
                f"{row.where}: expected a text and its translation; one is blank"
            )
        source, target = (text_of(cell, row.where, typed).strip() for cell in row.cells)
    except InputError as error:
        return error
    return Pair(source, target, row.where)


def read_columns(data: Any, asked: Form | None = None) -> Iterator[Pair]:
    """The pairs of a table.

    Args:
        data: a path or a frame.
        asked: what the user said of its form.

    Raises:
        InputError: on a row with other columns than the first, or with a blank text; on an empty file.
    """
    asked = asked or Form()
    table = parallel(data, asked)
    found = False
    for pair in told(table, pairs_of, asked):
        found = True
        yield pair
    if not found:
        raise InputError(
            f"{table.name}: expected texts with their translations; the file has none"
        )
