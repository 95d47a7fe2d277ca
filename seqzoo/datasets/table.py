"""Columns of a user's table: tab-separated, CSV or JSON lines, plain or gzipped.

Read as a stream; the first row that cannot be used is named by file and line.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from seqzoo.datasets.files import FORMATS, MAXIMUM_LINE, read_lines
from seqzoo.errors import InputError

Cells = tuple[str, tuple]  # where a row stands (`file:line`), and its cells


def read_table(path: Path | str, columns: Sequence[str]) -> Iterator[Cells]:
    """Some columns of a file; its ending tells the format. Blank lines are left out.

    * `.tsv`, `.csv`: a header names the columns. Where every column is given as a place from 1, `"2"`,
      there is no header. CSV is quoted as RFC 4180 has it; TSV has no quotes.
    * `.jsonl`, `.json`: an object a line; the columns are its keys.

    Args:
        path: of the file; `.gz` may follow the ending.
        columns: their names, or places.

    Yields:
        `file:line`, and a cell for each of `columns`: strings; of JSON any value.

    Raises:
        InputError: on an unknown ending, a missing column or key, a row with more or fewer cells than the
            first, or a line that is no CSV or JSON.
    """
    ending = Path(str(path).removesuffix(".gz")).suffix.lower()
    if ending in (".jsonl", ".json"):
        return _of_objects(path, columns)
    if ending == ".tsv":
        return _of_rows(path, _tab_separated(path), columns)
    if ending == ".csv":
        return _of_rows(path, _comma_separated(path), columns)
    raise InputError(
        f"{path}: expected a file ending in {', '.join(FORMATS)} (or with .gz)"
    )


def _tab_separated(path) -> Iterator[tuple[int, list[str]]]:
    for number, line in read_lines(path):
        if line:
            yield number, line.split("\t")


def _comma_separated(path) -> Iterator[tuple[int, list[str]]]:
    # Python refuses fields over 128 KB unless told otherwise; a text may be 1 MB.
    csv.field_size_limit(MAXIMUM_LINE)
    reader = csv.reader((line + "\n" for _, line in read_lines(path)), strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not CSV: {error}") from error


def _of_rows(path, rows, columns) -> Iterator[Cells]:
    without_header = all(_is_place(column) for column in columns)
    places, width = None, 0
    for number, fields in rows:
        where = f"{path}:{number}"
        if places is None:
            places, width = (
                [_place(column, fields, where) for column in columns],
                len(fields),
            )
            if not without_header:
                continue
        if len(fields) != width:
            raise InputError(f"{where}: expected {width} columns; got {len(fields)}")
        yield where, tuple(fields[place] for place in places)


def _is_place(column: str) -> bool:
    return column.isascii() and column.isdigit()


def _place(column: str, first: list[str], where: str) -> int:
    """Where a column stands, from 0.

    Args:
        column: a name, or a place from 1.
        first: cells of the first row.
        where: that row stands.
    """
    if _is_place(column):
        if not 1 <= int(column) <= len(first):
            raise InputError(
                f"{where}: expected a column {column}; the row has {len(first)}"
            )
        return int(column) - 1
    names = [name.strip().lower() for name in first]
    if names.count(column.lower()) != 1:
        found = ", ".join(name.strip()[:30] for name in first[:6])
        times = "twice" if column.lower() in names else "not"
        raise InputError(
            f"{where}: expected a header with one column {column!r}; it is {times} in {found}"
        )
    return names.index(column.lower())


def _of_objects(path, columns) -> Iterator[Cells]:
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        if not line:
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: not a JSON object: {error}") from error
        if not isinstance(record, dict):
            raise InputError(
                f"{where}: expected a JSON object; got {type(record).__name__}"
            )
        for column in columns:
            if column not in record:
                found = ", ".join(list(record)[:6]) or "none"
                raise InputError(
                    f"{where}: expected a key {column!r}; the keys are {found}"
                )
        yield where, tuple(record[column] for column in columns)
