"""`seqzoo predict --output`: the rows of the user's file, with the answers in columns beside theirs."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from seqzoo.commands.row_formats import Commas, Delimited, Objects, Tabs, cell
from seqzoo.datasets.reading.table import Table
from seqzoo.errors import InputError
from seqzoo.system.files import replacing
from seqzoo.tasks.reading import Record

ENDINGS = (".csv", ".tsv", ".jsonl")


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


def write_table(path: Path, names: Sequence[str], cells: Sequence[Sequence[Any]]) -> None:
    """Write a table whole; see `put_table`.

    Args:
        path: of the file; its ending says the format.
        names: of the columns.
        cells: of each row.
    """
    with replacing(path) as file:
        put_table(file, path.suffix.lower().removeprefix("."), names, cells)


def put_table(
    file: IO[bytes], kind: str, names: Sequence[str], cells: Sequence[Sequence[Any]]
) -> None:
    """Write rows below a header, or as objects.

    Args:
        file: is written to.
        kind: csv, tsv or jsonl.
        names: of the columns.
        cells: of each row.

    Raises:
        InputError: on a cell that the format cannot hold.
    """
    if kind == "jsonl":
        for row in cells:
            line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            file.write(line.encode() + b"\n")
        return
    made = (Tabs if kind == "tsv" else Commas)(file, None, names)
    for row in (names, *cells):
        file.write(made.line([cell(each) for each in row]).encode("utf-8", "surrogatepass"))


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
    kinds: dict[str, type[Objects | Delimited]] = {
        "jsonl": Objects,
        "tsv": Tabs,
        "csv": Commas,
    }
    made = kinds[kind](file, table, columns)
    for answer in answers:
        made.write(remembered.next(), answer)
        yield answer
