"""`seqzoo predict --output`: the rows of the user's file, with the answers in columns beside theirs."""

import csv
import json
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from seqzoo.datasets.reading.table import Table
from seqzoo.errors import InputError
from seqzoo.system.files import replacing
from seqzoo.tasks.reading import Record

ENDINGS = (".csv", ".tsv", ".jsonl")
PREFIX = "predicted_"  # of a column of ours whose name the user's file has


def check_output(path: Path, files: Sequence[str]) -> None:
    """Refuse an output that cannot be written, or that is what is read.

    Raises:
        InputError: naming it.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"--output {path}: expected a name ending in {', '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise InputError(f"--output: {path.parent}: no such folder")
    if len(files) != 1:
        raise InputError(f"--output {path}: expected one file to answer; got {len(files)}")
    if files[0] != "-" and path.exists() and path.samefile(files[0]):
        raise InputError(
            f"--output {path}: expected another file than the one that is read"
        )


class Remembered:
    """Records on their way to a model, kept until they are answered.

    Args:
        records: of a file.
    """

    def __init__(self, records: Iterator[Record]):
        self._records = records
        self._waiting: deque[Record] = deque()

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self._waiting.append(record)
            yield record

    def next(self) -> Record:
        """The record that the next answer is for."""
        return self._waiting.popleft()


def write(
    path: Path,
    table: Table | None,
    remembered: Remembered,
    answers: Iterator[dict[str, Any]],
    columns: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """Write answers beside what they are for, row by row; the file is there when all are.

    Args:
        path: of the file; its ending says the format.
        table: that the records are of; None: they are lines.
        remembered: the records.
        answers: one for each of them.
        columns: of an answer, as `flat` names them.

    Yields:
        The answers.

    Raises:
        InputError: as `answers` does, or on a row that the format cannot hold; nothing is left behind then.
    """
    kind = path.suffix.lower().removeprefix(".")
    try:
        with replacing(path) as file:
            yield from rows(file, kind, table, remembered, answers, columns)
    except InputError:
        path.with_name(path.name + ".partial").unlink(missing_ok=True)
        raise


def rows(
    file: IO[bytes],
    kind: str,
    table: Table | None,
    remembered: Remembered,
    answers: Iterator[dict[str, Any]],
    columns: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """Write answers beside what they are for, row by row.

    Args:
        file: is written to.
        kind: csv, tsv or jsonl.
        table, remembered, answers, columns: see `write`.

    Yields:
        The answers, each when its row is written.

    Raises:
        InputError: as `answers` does, or on a row that the format cannot hold.
    """
    kinds: dict[str, type[_Objects | _Delimited]] = {
        "jsonl": _Objects,
        "tsv": _Tabs,
        "csv": _Commas,
    }
    made = kinds[kind](file, table, columns)
    for answer in answers:
        made.write(remembered.next(), answer)
        yield answer


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its input, one value a column: `probabilities.good`, ...; lists are JSON."""
    columns: dict[str, Any] = {}
    for name, value in answer.items():
        if name in ("text", "line"):
            continue
        if isinstance(value, dict):
            columns |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            columns[name] = _cell(value)
    return columns


def _cell(value: Any) -> Any:
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


class _Objects:
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


class _Delimited:
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
            return [_cell(fields.get(name)) for name in self._own]
        if fields is not None:
            return [_cell(each) for each in fields]
        first = (
            record.value if self._table is None and isinstance(record.value, str) else ""
        )
        return [first, *[""] * (len(self._own) - 1)]


class _Tabs(_Delimited):
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


class _Commas(_Delimited):
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
