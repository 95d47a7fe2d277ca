"""Where the bytes of a file come from: a path, memory, or a stream that can be read once."""

import functools
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from seqzoo.errors import InputError

if TYPE_CHECKING:
    import gzip

HEAD = 2**16  # bytes from which the form of a file is seen
DELIMITED = (".tsv", ".csv", ".tab")
OBJECTS = (".jsonl", ".json", ".ndjson")
COLUMNAR = (".parquet", ".arrow")
WORKBOOKS = (".xlsx", ".xlsm")
TABLES = (*DELIMITED, *OBJECTS, *COLUMNAR, *WORKBOOKS)
FASTTEXT = "__label__"  # begins each line of fastText's files
BINARY = (  # first bytes -> what begins so, and its ending
    (b"PK\x03\x04", "an Excel workbook, or another zip archive", ".xlsx"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"ARROW1", "an Arrow file", ".arrow"),
    (b"\x1f\x8b", "a gzip file", ".gz"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; save it as .xlsx", ""),
    (b"%PDF", "a PDF", ""),
)


def open_bytes(path: Path | str) -> "gzip.GzipFile | io.BufferedReader":
    """Open a file for reading, through gzip if its name ends in `.gz`.

    Raises:
        InputError: if there is no such file or it cannot be read.
    """
    import gzip

    try:
        if Path(path).is_dir():
            raise InputError(f"{path}: expected a file; it is a folder")
        return gzip.open(path, "rb") if str(path).endswith(".gz") else open(path, "rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


class Source:
    """A file's bytes.

    Args:
        name: of the file; begins errors.
        opener: opens its bytes, unpacked.
        head: its first bytes, if they are at hand.

    Attributes:
        name: that.
    """

    def __init__(
        self, name: str, opener: Callable[[], BinaryIO], head: bytes | None = None
    ):
        self.name = name
        self._opener = opener
        self._head = head

    @functools.cached_property
    def head(self) -> bytes:
        """The first bytes, up to `HEAD` of them."""
        if self._head is not None:
            return self._head
        with self.open() as stream:
            return stream.read(HEAD)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, from the first on.

        Raises:
            InputError: if the file cannot be read, or its gzip stream is damaged.
        """
        with self._opener() as stream:
            try:
                yield stream
            except (EOFError, OSError, zlib.error) as error:
                raise InputError(
                    f"{self.name}: cannot be read to its end: {error}"
                ) from error

    @property
    def ending(self) -> str:
        """Of the name, in small letters; that before it of a name with `.gz`."""
        return ending_of(self.name)

    @property
    def is_fasttext(self) -> bool:
        """Whether the first line begins with a label of fastText's."""
        return self.head.removeprefix(b"\xef\xbb\xbf").startswith(FASTTEXT.encode())

    @property
    def is_table(self) -> bool:
        """Whether it has more than a text a line, by its name or its first line."""
        return self.ending in TABLES or self.is_fasttext

    def refuse_binary(self) -> None:
        """Refuse what is no text.

        Raises:
            InputError: if the first bytes say so, with the ending that would be right.
        """
        for magic, what, ending in BINARY:
            if self.head.startswith(magic):
                advice = f"; a name that ends in {ending} says so" if ending else ""
                raise InputError(
                    f"{self.name}: expected text; its first bytes are those of {what}{advice}"
                )


def of_path(path: Path | str) -> Source:
    """A file, unpacked if its name ends in `.gz`. A pipe is opened at once, as `of_stream` has it."""
    if _is_pipe(Path(path)):
        return of_stream(open_bytes(path), str(path))  # type: ignore[arg-type]
    return Source(str(path), lambda: open_bytes(path))  # type: ignore[arg-type, return-value]


def _is_pipe(path: Path) -> bool:
    """Whether a file can be read but once, as the shell's `<(COMMAND)` can."""
    return path.exists() and not (path.is_file() or path.is_dir())


def of_bytes(content: bytes, name: str) -> Source:
    """Bytes in memory, as they are."""
    return Source(name, lambda: io.BytesIO(content), content[:HEAD])


def of_stream(stream: BinaryIO, name: str) -> Source:
    """A stream, standard input say. Its head is its first line.

    It can be opened once: the second time is an `InputError`.
    """
    first = stream.readline()
    read = False

    def open_once() -> BinaryIO:
        nonlocal read
        if read:
            raise InputError(f"{name}: it can be read once, as a pipe can; expected a file")
        read = True
        return io.BufferedReader(_Again(first, stream))

    return Source(name, open_once, first)


def ending_of(path: Path | str) -> str:
    """The ending of a file's name, in small letters; that before it of a name with `.gz`."""
    return Path(str(path).removesuffix(".gz")).suffix.lower()


class _Again(io.RawIOBase):
    """A stream whose first bytes have been read already."""

    def __init__(self, first: bytes, stream: BinaryIO):
        self._first, self._stream = first, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = len(buffer)
        if self._first:
            taken, self._first = self._first[:size], self._first[size:]
        elif hasattr(self._stream, "read1"):
            taken = self._stream.read1(size)
        else:
            taken = self._stream.read(size)
        buffer[: len(taken)] = taken
        return len(taken)
