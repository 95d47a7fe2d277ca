"""Columns of a user's table: tab-separated, CSV or JSON lines, plain or gzipped.

Read as a stream; the first row that cannot be used is named by file and line.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from seqzoo.datasets.files import FORMATS, MAXIMUM_LINE, decode, raw_lines
from seqzoo.errors import InputError

Cells = tuple[str, tuple]  # where a row stands (`file:line`), and its cells
Row = tuple[
    int, tuple | InputError
]  # its line's number, and its cells or what is wrong with it


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
    ending = ending_of(path)
    if ending not in FORMATS:
        raise InputError(
            f"{path}: expected a file ending in {', '.join(FORMATS)} (or with .gz)"
        )
    return _usable(cells(raw_lines(path), str(path), ending, columns), path)


def ending_of(path: Path | str) -> str:
    """The ending of a file's name, in small letters; that before it of a name with `.gz`."""
    return Path(str(path).removesuffix(".gz")).suffix.lower()


def _usable(rows: Iterator[Row], path: Path | str) -> Iterator[Cells]:
    for number, found in rows:
        if isinstance(found, InputError):
            raise found
        yield f"{path}:{number}", found


def cells(
    lines: Iterator[tuple[int, str | bytes]],
    name: str,
    ending: str,
    columns: Sequence[str],
) -> Iterator[Row]:
    """Some columns of a table, row by row; see `read_table`.

    Args:
        lines: number and content of each line of the file.
        name: of the file; begins errors.
        ending: one of `FORMATS`.
        columns: their names, or places.

    Yields:
        The number of a row's line, and a cell for each of `columns`, or the `InputError` that says why the
        row cannot be used.

    Raises:
        InputError: on a missing column, or on what is no CSV: nobody knows where the next row begins.
    """
    if ending in (".jsonl", ".json"):
        return _of_objects(lines, name, columns)
    if ending == ".tsv":
        return _of_rows(_tab_separated(lines, name), name, columns)
    return _of_rows(_comma_separated(lines, name), name, columns)


def _decoded(line: str | bytes, where: str) -> str:
    return decode(line, where) if isinstance(line, bytes) else line


def _tab_separated(lines, name) -> Iterator[tuple[int, list[str] | InputError]]:
    for number, line in lines:
        try:
            text = _decoded(line, f"{name}:{number}")
        except InputError as error:
            yield number, error
            continue
        if text:
            yield number, text.split("\t")


def _comma_separated(lines, name) -> Iterator[tuple[int, list[str] | InputError]]:
    # Python refuses fields over 128 KB unless told otherwise; a text may be 1 MB.
    csv.field_size_limit(MAXIMUM_LINE)
    texts = (_decoded(line, f"{name}:{number}") + "\n" for number, line in lines)
    reader = csv.reader(texts, strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise InputError(f"{name}:{reader.line_num}: not CSV: {error}") from error


def _of_rows(rows, name, columns) -> Iterator[Row]:
    without_header = all(_is_place(column) for column in columns)
    places, width = None, 0
    for number, fields in rows:
        where = f"{name}:{number}"
        if isinstance(fields, InputError):
            if places is None:  # no header, no columns
                raise fields
            yield number, fields
            continue
        if places is None:
            places = [_place(column, fields, where) for column in columns]
            width = len(fields)
            if not without_header:
                continue
        if len(fields) != width:
            yield (
                number,
                InputError(f"{where}: expected {width} columns; got {len(fields)}"),
            )
            continue
        yield number, tuple(fields[place] for place in places)


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


def _of_objects(lines, name, columns) -> Iterator[Row]:
    for number, line in lines:
        if not line:
            continue
        try:
            yield number, _of_object(line, f"{name}:{number}", columns)
        except InputError as error:
            yield number, error


def _of_object(line: str | bytes, where: str, columns: Sequence[str]) -> tuple:
    try:
        record = json.loads(_decoded(line, where))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not a JSON object: {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: expected a JSON object; got {type(record).__name__}")
    for column in columns:
        if column not in record:
            found = ", ".join(list(record)[:6]) or "none"
            raise InputError(f"{where}: expected a key {column!r}; the keys are {found}")
    return tuple(record[column] for column in columns)
