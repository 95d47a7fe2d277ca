"""JSON: an object a line, or an array of objects, read as a stream."""

import json
from collections.abc import Iterator
from typing import Any

from seqzoo.datasets.reading.encoding import MAXIMUM_LINE, Lines
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError

BLANK = " \t\r\n"


class Objects(Raw):
    """A file of JSON.

    Args:
        source: the file.
        asked: what the user said of its form.
        strings: whether a string may stand for an object: the text of it.
    """

    objects = True

    def __init__(self, source: Source, asked: Form, strings: bool = False):
        self.name = source.name
        self.lines = Lines(source, asked.encoding)
        self._strings = strings
        self._is_array = is_array(source)
        self.form = [
            "a JSON array" if self._is_array else "JSON lines",
            str(self.lines.encoding),
        ]
        if self.lines.carriage_returns and not self._is_array:
            self.form.append("lines end in CR")
        self.remarkable = self.form[1:] != ["UTF-8"]

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        if not self._is_array:
            yield from self._of_lines()
            return
        for number, value in enumerate(_elements(self.lines), 1):
            where = f"{self.name}: object {number}"
            yield RawRow(number, where, self._checked(value, where))

    def _of_lines(self) -> Iterator[RawRow]:
        for number, text, error in self.lines:
            where = f"{self.name}:{number}"
            if error is not None:
                yield RawRow(number, where, error)
            elif text.strip(BLANK):
                yield RawRow(number, where, self._of_line(text, where))

    def _of_line(self, text: str, where: str) -> dict[str, Any] | str | InputError:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            what = "JSON" if self._strings else "a JSON object"
            return InputError(f"{where}: not {what}: {error}")
        return self._checked(value, where)

    def _checked(self, value: Any, where: str) -> dict[str, Any] | str | InputError:
        if isinstance(value, dict) or (self._strings and isinstance(value, str)):
            return value
        what = "a string, or an object" if self._strings else "a JSON object"
        return InputError(f"{where}: expected {what}; got {type(value).__name__}")


def is_array(source: Source) -> bool:
    """Whether a file of JSON begins with an array."""
    text = source.head.decode("utf-8", "ignore").replace("\0", "")
    return text.lstrip(BLANK + "\ufeff\ufffe")[:1] == "["


def _elements(lines: Lines) -> Iterator[Any]:
    """The elements of an array, one at a time in memory.

    Raises:
        InputError: if it is no array, or is not closed.
    """
    name, decoder = lines.source.name, json.JSONDecoder()
    blocks = lines.blocks()
    text, number, begun = "", 0, False

    def more() -> bool:
        nonlocal text
        block = next(blocks, None)
        text += block or ""
        return block is not None

    while True:
        text = text.lstrip(BLANK + "," if begun else BLANK)
        if not begun and text:
            begun, text = True, text.removeprefix("[").lstrip(BLANK)
        if text.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError) as error:
            if len(text) > MAXIMUM_LINE or not more():
                where = f"{name}: object {number + 1}"
                raise InputError(f"{where}: not JSON: {error}") from error
            continue
        # A number at the end of a block may go on in the next.
        if end == len(text) and more():
            continue
        number += 1
        yield value
        text = text[end:]
