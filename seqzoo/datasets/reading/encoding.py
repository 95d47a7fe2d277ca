"""The text of a file: its encoding, its line ends, its lines.

A BOM decides the encoding, or the user does; else it is UTF-8. What is not UTF-8 then is an error that
names the likely encoding: a guess is never acted upon.
"""

import codecs
import io
import re
from collections.abc import Iterator
from types import ModuleType
from typing import BinaryIO, NamedTuple

from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError

MAXIMUM_LINE = 64 * 2**20  # bytes; beyond this it is no text file with a record a line
BLOCK = 2**18
BOMS = (  # those of UTF-32 before those of UTF-16, which they begin with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-16", "utf-32")  # a line feed is several bytes


class Encoding(NamedTuple):
    """An encoding, and what says so.

    Attributes:
        name: as Python has it.
        bom: the file's BOM, or no bytes.
        asked: whether the user named it.
    """

    name: str
    bom: bytes = b""
    asked: bool = False

    def __str__(self) -> str:
        shown = self.name.upper() if self.name.startswith("utf") else self.name
        if self.asked:
            return f"{shown} (--encoding)"
        return f"{shown} (by its BOM)" if self.name != "utf-8" else shown


UTF_8 = Encoding("utf-8")


class Line(NamedTuple):
    """A line without its end.

    Attributes:
        number: from 1.
        text: of it; bytes that are none stand in it as lone surrogates.
        error: what is wrong with it, if anything is.
    """

    number: int
    text: str
    error: InputError | None = None


def encoding_of(source: Source, asked: str | None) -> Encoding:
    """The encoding of a file.

    Args:
        source: the file.
        asked: what the user named.

    Raises:
        InputError: if there is no such encoding, or the file's BOM is another one's.
    """
    name = None if asked is None else _known(asked)
    bom, by_bom = next(
        ((bom, found) for bom, found in BOMS if source.head.startswith(bom)), (b"", None)
    )
    if name is None:
        return Encoding(by_bom or "utf-8", bom)
    if by_bom is not None and not by_bom.startswith(name.removesuffix("-sig")):
        raise InputError(
            f"--encoding {asked}: {source.name} begins with the BOM of {by_bom.upper()}"
        )
    return Encoding(by_bom or name, bom, asked=True)


def _known(name: str) -> str:
    """An encoding's name as Python has it.

    Raises:
        InputError: if it is none of text.
    """
    try:
        b"a".decode(name)
    except UnicodeDecodeError:
        pass  # it is there: of UTF-16 a single byte is no character
    except (LookupError, ValueError):
        from seqzoo.datasets.reading.guesses import COMMON

        common = ", ".join(COMMON)
        raise InputError(
            f"--encoding: expected an encoding, as {common} are; got {name!r}"
        ) from None
    return codecs.lookup(name).name


class Lines:
    """The lines of a text file; each iteration reads it anew.

    Args:
        source: the file.
        encoding: that the user named; None: by its BOM, else UTF-8.

    Attributes:
        source: that.
        encoding: an `Encoding`.
        carriage_returns: whether lines end in CR alone.

    Raises:
        InputError: if the file is no text.
    """

    def __init__(self, source: Source, encoding: str | None = None):
        source.refuse_binary()
        self.source = source
        self.encoding = encoding_of(source, encoding)
        self.carriage_returns = _has_carriage_returns(source.head, self.encoding)

    def __iter__(self) -> Iterator[Line]:
        with self.source.open() as stream:
            stream.read(len(self.encoding.bom))
            if self.encoding.name.startswith(WIDE):
                yield from self._wide(stream)
                return
            split = _at_carriage_returns if self.carriage_returns else iter
            for number, line in enumerate(split(stream), 1):
                yield self._decoded(number, line.rstrip(b"\r\n"))

    def _wide(self, stream: BinaryIO) -> Iterator[Line]:
        number = 0
        text = io.TextIOWrapper(stream, self.encoding.name, newline=None)
        try:
            for number, line in enumerate(text, 1):
                yield Line(number, line.rstrip("\n"), self._fault(number, line))
        except UnicodeDecodeError as error:
            where = f"{self.source.name}:{number + 1}"
            raise InputError(f"{where}: invalid {self.encoding.name.upper()}") from error

    def _fault(self, number: int, line: str) -> InputError | None:
        if "\0" not in line:
            return None
        where = f"{self.source.name}:{number}"
        return InputError(f"{where}: a NUL character; expected text")

    def _decoded(self, number: int, line: bytes) -> Line:
        try:
            where = f"{self.source.name}:{number}"
            return Line(number, decode(line, where, self.encoding, self.source.head))
        except InputError as error:
            shown = line[:MAXIMUM_LINE].replace(b"\0", b"\xff")
            text = shown.decode(self.encoding.name, "surrogateescape")
            return Line(number, text, error)

    def blocks(self) -> Iterator[str]:
        """The text in blocks of any size.

        Raises:
            InputError: on bytes that are none in the encoding.
        """
        decoder = codecs.getincrementaldecoder(self.encoding.name)()
        with self.source.open() as stream:
            stream.read(len(self.encoding.bom))
            try:
                while block := stream.read(BLOCK):
                    yield decoder.decode(block)
                yield decoder.decode(b"", final=True)
            except UnicodeDecodeError as error:
                hint = "" if self.encoding.asked else _guesses().hint(self.source.head)
                raise InputError(
                    f"{self.source.name}: invalid {self.encoding.name.upper()}{hint}"
                ) from error


def decode(line: bytes, where: str, encoding: Encoding = UTF_8, head: bytes = b"") -> str:
    """The text of a line.

    Args:
        line: without its end.
        where: it stands; begins errors.
        encoding: of the text.
        head: the first bytes of the file, for a guess where the encoding is another.

    Raises:
        InputError: on bytes that are none in the encoding (the first named), NUL bytes, a line over 64 MB.
    """
    if len(line) > MAXIMUM_LINE:
        raise InputError(f"{where}: a line of {len(line)} bytes; at most 64 MB expected")
    if b"\0" in line:
        at = line.index(0) + 1
        hint = _guesses().wide_hint(head)
        raise InputError(
            f"{where}: a NUL byte at byte {at} of the line; expected text{hint}"
        )
    try:
        return line.decode(encoding.name)
    except UnicodeDecodeError as error:
        shown = encoding.name.upper() if encoding.name == "utf-8" else encoding.name
        sample = line[:4096] if head.isascii() else head
        hint = "" if encoding.asked else _guesses().hint(sample)
        place = f"byte {error.start + 1} of the line (0x{line[error.start]:02x})"
        raise InputError(f"{where}: invalid {shown} at {place}{hint}") from None


def _guesses() -> ModuleType:
    """What is needed only where something is wrong."""
    from seqzoo.datasets.reading import guesses

    return guesses


def _has_carriage_returns(head: bytes, encoding: Encoding) -> bool:
    """Whether lines end in CR alone; a cell in quotes may have line feeds all the same."""
    if encoding.name.startswith(WIDE):
        head = head.decode(encoding.name, "ignore").encode("utf-8", "ignore")
    alone = len(re.findall(rb"\r(?!\n)", head[:-1]))
    return alone > head.count(b"\n")


def _at_carriage_returns(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(BLOCK):
        *lines, rest = (rest + block).split(b"\r")
        yield from lines
    if rest:
        yield rest
