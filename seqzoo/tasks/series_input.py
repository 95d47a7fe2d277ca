"""A table of time steps as one input: a file, a frame, or JSON.

| in JSON | is |
|---|---|
| a string | the content of a CSV file |
| an object of lists | columns by name: `{"date": ["2024-01-01", ...], "load": [3.1, ...]}` |
| a list of objects | rows by name |
| a list of numbers, or of lists | steps, columns in the order of the training |
"""

import csv
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.reading.source import Source, of_bytes
from seqzoo.errors import InputError

SUFFIXES = (".csv", ".tsv", ".parquet", ".arrow", ".xlsx", ".ts", ".arff", ".npz")
EXPECTED = "series: CSV as a string, an object of lists, or a list of steps"


class SeriesTable(NamedTuple):
    """A table of time steps.

    Attributes:
        data: what `seqzoo.datasets.series.read_table` reads: a source of bytes, or a frame.
        headless: whether it has no names: its columns are those of the training, in order.
    """

    data: Any
    headless: bool = False


def from_bytes(content: bytes, where: str) -> SeriesTable:
    """A file's content; its ending says the format.

    Args:
        content: of the file.
        where: its name.
    """
    return SeriesTable(of_bytes(content, where))


def from_json(value: Any, where: str) -> SeriesTable:
    """A JSON value; see the table above.

    Raises:
        InputError: if it is none of these; `where` begins the message.
    """
    if isinstance(value, str):
        return _of_text(value, where)
    if isinstance(value, dict):
        return _of_columns(value, where)
    if not isinstance(value, list) or not value:
        raise InputError(f"{where}: expected {EXPECTED}; got {type(value).__name__}")
    if all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(name for row in value for name in row))
        rows = [[row.get(name) for name in names] for row in value]
        return SeriesTable(_as_csv([names, *rows], where))
    rows = [row if isinstance(row, list) else [row] for row in value]
    if len({len(row) for row in rows}) > 1 or not rows[0]:
        raise InputError(f"{where}: expected steps with one number of columns each")
    return SeriesTable(_as_csv(rows, where), headless=True)


def checked(value: object, where: str) -> SeriesTable:
    """A value in Python: a table, a frame, an array (time, channels), or what JSON may be.

    Raises:
        InputError: if it is none of these; `where` begins the message.
    """
    if isinstance(value, SeriesTable):
        return value
    if isinstance(value, Source):
        return SeriesTable(value)
    if isinstance(value, np.ndarray):
        if value.ndim not in (1, 2) or value.dtype.kind not in "fiu" or not value.size:
            raise InputError(
                f"{where}: expected numbers, (time,) or (time, channels); got {value.dtype} {value.shape}"
            )
        return from_json(value.tolist(), where)
    from seqzoo.datasets.reading import frames

    if not isinstance(value, (list, dict, str)) and frames.is_frame(value):
        return SeriesTable(value)
    return from_json(value, where)


def _of_text(text: str, where: str) -> SeriesTable:
    if not text.strip():
        raise InputError(f"{where}: expected {EXPECTED}; the string is empty")
    return SeriesTable(of_bytes(text.encode("utf-8", "replace"), f"{where}.csv"))


def _of_columns(columns: dict[str, Any], where: str) -> SeriesTable:
    for name, cells in columns.items():
        if not isinstance(cells, (list, np.ndarray)) or not len(cells):
            raise InputError(f"{where}: {name[:40]}: expected a list of cells")
    if not columns:
        raise InputError(f"{where}: expected {EXPECTED}; the object is empty")
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"{where}: expected lists of one length; got {lengths}")
    rows = zip(*columns.values(), strict=True)
    return SeriesTable(_as_csv([list(columns), *rows], where))


def _as_csv(rows: Sequence[Sequence[Any]], where: str) -> Source:
    """Rows as the bytes of a CSV file; a cell without a value is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        cells = ["" if _is_missing(cell) else cell for cell in row]
        # A line with nothing on it would be no row.
        writer.writerow(["nan"] if cells == [""] else cells)
    return of_bytes(text.getvalue().encode("utf-8", "replace"), f"{where}.csv")


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)
