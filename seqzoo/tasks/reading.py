"""What comes in files: one input each, or many.

A file of many has one a line, or one a row:

| file | what each is |
|---|---|
| `.jsonl`, `.json` | a JSON value; a text also as an object with the text as `"text"` |
| `.csv`, `.tsv`, of texts | a row; the header names the column `text` |
| any other, and standard input | a text, or JSON for a model that reads no texts |
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seqzoo.datasets.files import decode
from seqzoo.datasets.table import cells, ending_of
from seqzoo.errors import InputError
from seqzoo.tasks.inputs import KINDS, Kind, from_json, parsed

LARGEST = 64 * 2**20  # bytes of a file that is one input
TEXT = "text"  # the column, or the key, of a text

Lines = Iterator[tuple[int, str | bytes]]  # number and content of each, without its end


class Record(NamedTuple):
    """One of many inputs of a file.

    Attributes:
        number: of its line, from 1.
        where: it stands; begins errors.
        size: characters or bytes that it takes.
        value: the input, or the `InputError` that says why there is none.
    """

    number: int
    where: str
    size: int
    value: Any


def kind_of_file(path: Path, reads: Sequence[str]) -> Kind | None:
    """The kind that a file is one input of, by its ending; None: a file of inputs, one a line.

    Args:
        path: the file.
        reads: kinds that the task reads.

    Raises:
        InputError: if the ending is another kind's, with the endings that were expected.
    """
    suffix = path.suffix.lower()
    for name in reads:
        if suffix in KINDS[name].suffixes:
            return KINDS[name]
    lines = any(not KINDS[name].suffixes for name in reads)
    alien = next((kind for kind in KINDS.values() if suffix in kind.suffixes), None)
    # A text may stand in a file of any name: only sound and pictures are none for sure.
    may_be_lines = alien is None or alien.name in ("table", "strokes")
    if suffix == ".jsonl" or (lines and may_be_lines):
        return None
    endings = ", ".join([*(s for name in reads for s in KINDS[name].suffixes), ".jsonl"])
    got = f"{alien.name}, by its ending" if alien is not None else repr(path.name)
    raise InputError(f"{path}: expected {' or '.join(reads)} ({endings}); got {got}")


def read_file(path: Path, kind: Kind) -> Any:
    """The value in a file, as `KINDS` describes it.

    Args:
        path: of the file.
        kind: of what is in it.

    Raises:
        InputError: if it is missing, too large, or holds no such thing.
    """
    if kind.from_bytes is None:
        raise InputError(f"{path}: {kind.name} comes a line each, not a file each")
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(
                f"{path}: {path.stat().st_size:,} bytes; expected {LARGEST:,} at most"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return kind.from_bytes(content, str(path))


def records(lines: Lines, name: str, reads: Sequence[str]) -> Iterator[Record]:
    """The inputs of a file of many, as its ending says.

    Args:
        lines: of the file.
        name: of the file; begins errors.
        reads: kinds that the task reads.

    Raises:
        InputError: if the file has no column `text`, or goes wrong in a way that hides where the next input
            begins. What is wrong with one input is its record's value.
    """
    ending = ending_of(name)
    if ending in (".jsonl", ".json"):
        filled = ((number, line) for number, line in lines if line.strip())
        return line_records(filled, name, reads, as_json=True)
    if ending in (".csv", ".tsv") and TEXT in reads:
        return _rows(lines, name, ending)
    return line_records(lines, name, reads)


def line_records(
    lines: Lines, name: str, reads: Sequence[str], as_json: bool = False
) -> Iterator[Record]:
    """An input for each line.

    Args:
        lines: of a file, or of standard input.
        name: of the file; begins errors.
        reads: kinds that the task reads.
        as_json: whether texts are in JSON; what is no text always is.
    """
    for number, line in lines:
        where = f"{name}:{number}"
        value: Any
        try:
            value = decode(line, where) if isinstance(line, bytes) else line
            if as_json or TEXT not in reads:
                value = of_json(parsed(value, where), reads, where)
        except InputError as error:
            value = error
        yield Record(number, where, len(line), value)


def of_json(value: Any, reads: Sequence[str], where: str) -> Any:
    """The input that a line of JSON holds.

    Args:
        value: of the line.
        reads: kinds that the task reads.
        where: the line stands; begins the message.

    Raises:
        InputError: if it is none.
    """
    if isinstance(value, dict) and TEXT in reads and "json" not in reads:
        if TEXT not in value:
            keys = ", ".join(key[:30] for key in list(value)[:6]) or "none"
            raise InputError(
                f'{where}: expected a string, or an object with "text"; its keys are {keys}'
            )
        value = value[TEXT]
    return from_json(value, reads, where)


def _rows(lines: Lines, name: str, ending: str) -> Iterator[Record]:
    for number, found in cells(lines, name, ending, [TEXT]):
        if isinstance(found, InputError):
            yield Record(number, f"{name}:{number}", 0, found)
        else:
            yield Record(number, f"{name}:{number}", len(found[0]), found[0])
