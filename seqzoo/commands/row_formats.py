"""Rows of a file and the answers beside them: JSON lines, TSV, CSV."""

import csv
import json
from collections.abc import Sequence
from typing import IO, Any

from seqzoo.datasets.reading.table import Table
from seqzoo.errors import InputError
from seqzoo.tasks.reading import Record

PREFIX = "predicted_"  # of a column of ours whose name the user's file has


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its input, one value a column: `probabilities.good`, ...; lists are JSON."""
    columns: dict[str, Any] = {}
    for name, value in answer.items():
        if name in ("text", "line"):
            continue
        if isinstance(value, dict):
            columns |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            columns[name] = cell(value)
    return columns


def cell(value: Any) -> Any:
    """A value as a cell: lists and objects are JSON, None is empty."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else value


def _own_names(table: Table | None, record: Record) -> list[str]:
    """The names of the user's columns; `column1`, ... where they have none."""
    if table is None:
        return ["text"]
    if table.names is not None:
        return table.names
    if isinstance(record.fields, dict):
        return list(record.fields)
    return [f"column{place}" for place in range(1, len(record.fields or []) + 1)]


def _named(names: Sequence[str], own: Sequence[str]) -> list[str]:
    """Names of ours that are none of the user's."""
    return [PREFIX + name if name in own else name for name in names]


class Objects:
    """Rows as JSON lines.

    Args:
        file: is written to.
        table, columns: see `write`.
    """

    def __init__(self, file: IO[bytes], table: Table | None, columns: Sequence[str]):
        self._file, self._table = file, table

    def write(self, record: Record, answer: dict[str, Any]) -> None:
        """Write a row."""
        own = self._own(record)
        ours = {name: each for name, each in answer.items() if name not in ("text", "line")}
        names = _named(list(ours), list(own))
        row = own | dict(zip(names, ours.values(), strict=True))
        line = json.dumps(row, ensure_ascii=False, default=str)
        self._file.write(line.encode("utf-8", "surrogatepass") + b"\n")

    def _own(self, record: Record) -> dict[str, Any]:
        if isinstance(record.fields, dict):
            return record.fields
        if record.fields is not None:
            names = _own_names(self._table, record)
            return dict(zip(names, record.fields, strict=True))
        return {} if isinstance(record.value, InputError) else {"text": record.value}


class Delimited:
    """Rows of a table in plain text, a header before them.

    Args:
        file: is written to.
        table, columns: see `write`.
    """

    def __init__(self, file: IO[bytes], table: Table | None, columns: Sequence[str]):
        self._file, self._table, self._columns = file, table, columns
        self._own: list[str] = []

    def line(self, cells: list[Any]) -> str:
        """A row as a line.

        Raises:
            InputError: if a cell cannot stand in it.
        """
        raise NotImplementedError

    def write(self, record: Record, answer: dict[str, Any]) -> None:
        """Write a row; the header before the first."""
        if not self._own:
            self._own = _own_names(self._table, record)
            self._put([*self._own, *_named(self._columns, self._own)], record.where)
        ours = flat(answer)
        self._put(
            [*self._cells(record), *(ours.get(name, "") for name in self._columns)],
            record.where,
        )

    def _put(self, cells: list[Any], where: str) -> None:
        try:
            text = self.line(cells)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        self._file.write(text.encode("utf-8", "surrogatepass"))

    def _cells(self, record: Record) -> list[Any]:
        fields = record.fields
        if isinstance(fields, dict):
            if further := [name for name in fields if name not in self._own]:
                raise InputError(
                    f"{record.where}: {further[0]!r} is none of the first row's keys; "
                    "expected --format json, or an --output that ends in .jsonl"
                )
            return [cell(fields.get(name)) for name in self._own]
        if fields is not None:
            return [cell(each) for each in fields]
        first = (
            record.value if self._table is None and isinstance(record.value, str) else ""
        )
        return [first, *[""] * (len(self._own) - 1)]


class Tabs(Delimited):
    """TSV, without quotes."""

    def line(self, cells: list[Any]) -> str:
        """Cells with tabs between."""
        texts = [str(cell) for cell in cells]
        for text in texts:
            if "\t" in text or "\n" in text:
                raise InputError(
                    f"a tab or a line break in {text[:30]!r}: expected --format csv, or an "
                    "--output that ends in .csv"
                )
        return "\t".join(texts) + "\n"


class Commas(Delimited):
    """CSV, with the delimiter of the file that was read."""

    def __init__(self, file: IO[bytes], table: Table | None, columns: Sequence[str]):
        super().__init__(file, table, columns)
        found = "," if table is None else getattr(table.raw, "delimiter", ",")
        self._line: list[str] = []
        mark = "," if found == "\t" else found
        self._writer = csv.writer(_Kept(self._line), delimiter=mark, lineterminator="\n")

    def line(self, cells: list[Any]) -> str:
        """Cells, quoted where they must be."""
        self._writer.writerow(cells)
        return self._line.pop()


class _Kept:
    """What a writer of CSV writes to: a list."""

    def __init__(self, lines: list[str]):
        self.write = lines.append
