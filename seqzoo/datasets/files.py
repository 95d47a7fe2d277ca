"""A user's own labelled texts: tab-separated, CSV or JSON lines, plain or gzipped.

Read as a stream; the first line that cannot be used is named by file and number.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqzoo.errors import InputError

MAXIMUM_LINE = 64 * 2**20  # bytes; beyond this it is no text file with a record a line
FORMATS = (".tsv", ".csv", ".jsonl", ".json")


@dataclass(frozen=True)
class Example:
    """One labelled text and where it stands (`file:line`)."""

    text: str
    label: str
    source: str


def open_bytes(path: Path | str) -> gzip.GzipFile | io.BufferedReader:
    """Open a file for reading, through gzip if its name ends in `.gz`.

    Raises:
        InputError: if there is no such file or it cannot be read.
    """
    try:
        if Path(path).is_dir():
            raise InputError(f"{path}: expected a file; it is a folder")
        return gzip.open(path, "rb") if str(path).endswith(".gz") else open(path, "rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def number_lines(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Line numbers (from 1) and lines without a BOM or line end; a BOM alone is no line."""
    for number, line in enumerate(stream, 1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line:
            yield number, line.rstrip(b"\r\n")


def decode(line: bytes, where: str) -> str:
    """The text of a line.

    Raises:
        InputError: on invalid UTF-8 (the byte named), NUL bytes, a line over 64 MB.
    """
    if len(line) > MAXIMUM_LINE:
        raise InputError(f"{where}: a line of {len(line)} bytes; at most 64 MB expected")
    if b"\0" in line:
        at = line.index(0) + 1
        raise InputError(f"{where}: a NUL byte at byte {at} of the line; expected text")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: invalid UTF-8 at byte {error.start + 1} of the line (0x{line[error.start]:02x})"
        ) from None


def raw_lines(path: Path | str) -> Iterator[tuple[int, bytes]]:
    """`number_lines` of a file, plain or gzipped, one line in memory at a time.

    Raises:
        InputError: also if the gzip stream is damaged or the disk fails in the middle.
    """
    with open_bytes(path) as stream:
        try:
            yield from number_lines(stream)
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(f"{path}: cannot be read to its end: {error}") from error


def read_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    """The texts of `raw_lines`; the first line that is none is an InputError."""
    for number, line in raw_lines(path):
        yield number, decode(line, f"{path}:{number}")


def read_examples(path: Path | str) -> Iterator[Example]:
    """The examples of a file; the format is told by its ending.

    * `.tsv`: a header that names `text` and `label`, or else label and text.
    * `.csv`: a header that names `text` and `label`; quoted as RFC 4180 has it.
    * `.jsonl`, `.json`: an object a line with the keys `text` and `label`.

    Raises:
        InputError: on an unknown ending, a missing column or key, a blank text or label.
    """
    ending = Path(str(path).removesuffix(".gz")).suffix.lower()
    if ending == ".tsv":
        records = _tab_separated(path)
    elif ending == ".csv":
        records = _comma_separated(path)
    elif ending in FORMATS:
        records = _json_lines(path)
    else:
        raise InputError(
            f"{path}: expected a file ending in {', '.join(FORMATS)} (or with .gz)"
        )
    for number, text, label in records:
        where = f"{path}:{number}"
        if not text.strip():
            raise InputError(f"{where}: expected a text; it is blank")
        if not label.strip():
            raise InputError(f"{where}: expected a label; it is blank")
        if len(label.strip().splitlines()) > 1:
            raise InputError(f"{where}: expected a label of one line; got {label!r}")
        yield Example(text, label.strip(), where)


def _tab_separated(path):
    text_column, label_column, columns = 1, 0, 2
    for number, line in read_lines(path):
        if not line:
            continue
        fields = line.split("\t")
        names = [field.strip().lower() for field in fields]
        if number == 1 and {"text", "label"} <= set(names):
            text_column, label_column, columns = (
                names.index("text"),
                names.index("label"),
                len(names),
            )
            continue
        if len(fields) != columns:
            expected = f"{columns} columns" if columns > 2 else "a label, a tab and a text"
            raise InputError(
                f"{path}:{number}: expected {expected}; found {len(fields)} columns"
            )
        yield number, fields[text_column], fields[label_column]


def _comma_separated(path):
    def lines():
        for _, line in read_lines(path):
            yield line + "\n"

    # Python refuses fields over 128 KB unless told otherwise; a review may be 1 MB.
    csv.field_size_limit(MAXIMUM_LINE)
    reader = csv.reader(lines(), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if not {"text", "label"} <= set(header):
            raise InputError(
                f"{path}:1: expected a header with the columns text and label; got {header[:6]}"
            )
        text_column, label_column = header.index("text"), header.index("label")
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                raise InputError(
                    f"{path}:{reader.line_num}: expected {len(header)} columns; got {len(fields)}"
                )
            yield reader.line_num, fields[text_column], fields[label_column]
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not CSV: {error}") from error


def _json_lines(path):
    for number, line in read_lines(path):
        if not line:
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not a JSON object: {error}") from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise InputError(f'{path}:{number}: expected an object with a string "text"')
        label = record.get("label")
        if isinstance(label, bool) or not isinstance(label, (str, int)):
            raise InputError(
                f'{path}:{number}: expected a "label", a string or a whole number'
            )
        for value in (record["text"], str(label)):
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise InputError(
                    f"{path}:{number}: a lone surrogate in {value[:40]!r}; expected text"
                )
        yield number, record["text"], str(label)
