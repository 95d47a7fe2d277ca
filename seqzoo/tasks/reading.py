"""What comes in files: one input each, or many.

A file of many has one a line, or one a row:

| file | what each is |
|---|---|
| a table of any format that `seqzoo.datasets.reading` knows, of texts | a row; see `open_inputs` |
| `.jsonl`, `.json`, of what is no text | a JSON value a line |
| any other, and standard input | a text, or JSON for a model that reads no texts |
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from seqzoo.datasets.reading.encoding import Lines, decode
from seqzoo.datasets.reading.layout import TEXTS, Layout
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import OBJECTS, Source
from seqzoo.errors import InputError
from seqzoo.tasks.inputs import KINDS, Kind, from_json, parsed

if TYPE_CHECKING:
    from seqzoo.datasets.reading.table import Row, Table

LARGEST = 64 * 2**20  # bytes of a file that is one input
WHOLE = ("audio", "image")  # kinds whose files lie in folders, one input each
TEXT = "text"  # the kind, and the key, of a text
CHUNK = 1024  # inputs that are answered together, unless somebody says otherwise


class Record(NamedTuple):
    """One of many inputs of a file.

    Attributes:
        number: of its line, from 1.
        where: it stands; begins errors.
        size: characters or bytes that it takes.
        value: the input, or the `InputError` that says why there is none.
        fields: of a table: all that is in the row.
    """

    number: int
    where: str
    size: int
    value: Any
    fields: list[Any] | dict[str, Any] | None = None


class Inputs(NamedTuple):
    """The inputs of a file of many.

    Attributes:
        records: one for each.
        table: that they are the rows of; None: they are lines.
    """

    records: Iterator[Record]
    table: "Table | None" = None


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
    may_be_lines = alien is None or alien.name in ("table", "series", "strokes")
    if suffix == ".jsonl" or (lines and may_be_lines):
        return None
    endings = ", ".join([*(s for name in reads for s in KINDS[name].suffixes), ".jsonl"])
    got = f"{alien.name}, by its ending" if alien is not None else repr(path.name)
    raise InputError(f"{path}: expected {' or '.join(reads)} ({endings}); got {got}")


def files_of(folder: Path, reads: Sequence[str]) -> list[Path] | None:
    """The sounds or pictures of a folder, at any depth, sorted.

    Args:
        folder: of files that are one input each.
        reads: kinds that the task reads.

    Returns:
        The files; None, if the task reads folders of another kind.

    Raises:
        InputError: if the task reads sounds or pictures alone, and the folder has none.
    """
    endings = [ending for name in reads for ending in KINDS[name].suffixes]
    if any(name not in WHOLE for name in reads):
        return None
    found = sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in endings and p.is_file()
    )
    found = [path for path in found if not path.name.startswith(".")]
    if not found:
        raise InputError(
            f"{folder}: expected files of {' or '.join(reads)} ({', '.join(endings)}); there are none"
        )
    return found


def whole_kind(path: str, reads: Sequence[str]) -> Kind | None:
    """The kind of a sound or picture that a file is, by its ending; None: it is none that the task reads."""
    ending = Path(path).suffix.lower()
    kinds = [KINDS[name] for name in reads if name in WHOLE]
    return next((kind for kind in kinds if ending in kind.suffixes), None)


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
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(f"{path}: {size:,} bytes; expected {LARGEST:,} at most")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return kind.from_bytes(content, str(path))


def open_inputs(
    data: Any,
    reads: Sequence[str],
    layout: Layout = TEXTS,
    asked: Form | None = None,
) -> Inputs:
    """The inputs of a file of many, as its form says.

    Args:
        data: a `Source`, or the path of a folder a class.
        reads: kinds that the task reads.
        layout: the columns that the task is trained on; the first holds the inputs.
        asked: what the user said of the file's form.

    Raises:
        InputError: if the file is of no known form, or has no column for the inputs. What is wrong with one
            input is its record's value.
    """
    asked = asked or Form()
    if not isinstance(data, Source) or (_texts_alone(reads) and _is_table(data, asked)):
        from seqzoo.datasets.reading.table import open_table

        table = open_table(data, layout.inputs(), asked, strings=True)
        return Inputs((_of_row(row, table) for row in table), table)
    lines = Lines(data, asked.encoding)
    is_json = data.ending in OBJECTS
    return Inputs(_of_lines(lines, data.name, reads, is_json))


def _is_table(source: Source, asked: Form) -> bool:
    said = asked.delimiter is not None or asked.columns is not None or asked.places
    return bool(said) or source.is_table


def _texts_alone(reads: Sequence[str]) -> bool:
    """Whether tables are read by columns: what else is read may come as JSON of any form."""
    return TEXT in reads and "json" not in reads


def _of_row(row: "Row", table: "Table") -> Record:
    if isinstance(row.cells, InputError):
        return Record(row.number, row.where, 0, row.cells)
    (value,) = row.cells
    if not isinstance(value, str):
        if table.raw.typed or value is None:
            kind = type(value).__name__
            error = InputError(f"{row.where}: expected a string; got {kind}")
            return Record(row.number, row.where, 0, error, row.fields)
        value = str(value)
    return Record(row.number, row.where, len(value), value, row.fields)


def _of_lines(
    lines: Lines, name: str, reads: Sequence[str], as_json: bool
) -> Iterator[Record]:
    for number, text, error in lines:
        if as_json and error is None and not text.strip():
            continue
        yield _of_line(number, text if error is None else error, name, reads, as_json)


def line_records(
    lines: Iterator[tuple[int, str | bytes]],
    name: str,
    reads: Sequence[str],
    as_json: bool = False,
) -> Iterator[Record]:
    """An input for each line.

    Args:
        lines: number and content of each, without its end; bytes are UTF-8.
        name: of the file; begins errors.
        reads: kinds that the task reads.
        as_json: whether texts are in JSON; what is no text always is.
    """
    for number, line in lines:
        content: str | InputError
        try:
            content = decode(line, f"{name}:{number}") if isinstance(line, bytes) else line
        except InputError as error:
            content = error
        yield _of_line(number, content, name, reads, as_json)


def _of_line(
    number: int, content: str | InputError, name: str, reads: Sequence[str], as_json: bool
) -> Record:
    where = f"{name}:{number}"
    value: Any = content
    try:
        if isinstance(content, str) and (as_json or TEXT not in reads):
            value = of_json(parsed(content, where), reads, where)
    except InputError as error:
        value = error
    return Record(number, where, len(content) if isinstance(content, str) else 0, value)


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
