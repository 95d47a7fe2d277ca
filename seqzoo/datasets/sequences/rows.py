"""The rows of a file with a token a line: cells, blank lines, comments."""

import csv
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from seqzoo.datasets.reading import delimiter as delimiters
from seqzoo.datasets.reading.encoding import MAXIMUM_LINE, Lines
from seqzoo.datasets.reading.frames import Frame
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import WORKBOOKS, Source
from seqzoo.datasets.sequences import sample
from seqzoo.datasets.sequences.letters import role_of
from seqzoo.errors import InputError

SAMPLE = 2000  # rows
DOCUMENT = "-DOCSTART-"
_COMMENT = re.compile(r"#\s*[^\s=]+\s*=")
_INDEX = re.compile(r"\d+([-.]\d+)?")


class Line(NamedTuple):
    """A row of a file.

    Attributes:
        where: it stands; begins errors.
        fields: its cells; none: it is blank, or a document begins; or what is wrong with it.
        text: of the whole line.
    """

    where: str
    fields: list[str] | InputError
    text: str = ""


class Rows:
    """The rows of a file or frame; each iteration reads it anew.

    Args:
        source: the file, or a frame.
        asked: what the user said of its form.

    Attributes:
        name: of the file.
        form: what was found, in words.
        is_conllu: whether the columns are those of CoNLL-U.
        has_comments: whether a comment has been left aside so far.
    """

    def __init__(self, source: Source | Frame, asked: Form):
        self.name, self._ending = source.name, ""
        self._cells: Any = None  # a workbook or a frame, whose rows are cells already
        self._delimiter: str | None = None
        self.has_comments = False
        if isinstance(source, Frame):
            self._cells = source
            self.form = [*source.form, "a token a row"]
        elif source.ending in WORKBOOKS:
            from seqzoo.datasets.reading.workbook import Workbook

            self._cells = Workbook(source)
            self.form = list(self._cells.form)
        else:
            self._ending = source.ending
            self._lines = Lines(source, asked.encoding)
            self.form = self._opened(asked)
        plain = [line.fields for line in itertools.islice(self._plain(), SAMPLE)]
        rows = [fields for fields in plain if isinstance(fields, list) and fields]
        self.is_conllu = self._ending == ".conllu" or _is_conllu(rows)

    def _opened(self, asked: Form) -> list[str]:
        """Find the delimiter; the file's form in words."""
        csv.field_size_limit(MAXIMUM_LINE)
        if asked.delimiter is not None:
            self._delimiter = delimiters.asked(asked.delimiter)
        elif self._ending == ".csv":
            first = [line.text for line in itertools.islice(self._lines, 50)]
            self._delimiter = delimiters.find(first)
        form = ["a token a line", str(self._lines.encoding)]
        if self._delimiter is not None:
            form.insert(1, f"delimiter {delimiters.shown(self._delimiter)}")
        return form + (["lines end in CR"] if self._lines.carriage_returns else [])

    def _plain(self) -> Iterator[Line]:
        """All rows as they stand, comments too."""
        if self._cells is not None:
            for row in self._cells.rows():
                cells = ["" if cell is None else str(cell) for cell in row.fields]
                yield Line(row.where, cells if any(cells) else [])
            return
        for number, text, error in self._lines:
            where = f"{self.name}:{number}"
            try:
                yield Line(where, self._split(text) if error is None else error, text)
            except csv.Error as fault:
                yield Line(where, InputError(f"{where}: no row of a CSV: {fault}"), text)

    def _split(self, text: str) -> list[str]:
        text = text.strip(" \t\r")
        if not text:
            return []
        if self._delimiter is None:
            fields = text.split("\t") if "\t" in text else text.split(" ")
            return [field.strip(" ") or field for field in fields if field]
        cells = text.split(self._delimiter)
        if self._ending == ".csv":
            cells = next(csv.reader([text], delimiter=self._delimiter))
        cells = [cell.strip() for cell in cells]
        return cells if any(cells) else []

    def __iter__(self) -> Iterator[Line]:
        """The rows without comments; where a sequence ends, one without fields."""
        begins = True
        for line in self._plain():
            fields = line.fields
            if isinstance(fields, list):
                if begins and self._is_comment(line.text, fields):
                    self.has_comments = True
                    continue
                if fields[:1] == [DOCUMENT]:
                    line = line._replace(fields=[])
                if self.is_conllu and _is_apart(fields):
                    continue
            begins = not line.fields
            yield line

    def _is_comment(self, text: str, fields: list[str]) -> bool:
        """Whether a line where a sequence may begin is a comment; a token `#` with its tag is none."""
        if not text.startswith("#"):
            return False
        if self.is_conllu:
            return True
        named = _COMMENT.match(text) is not None
        if named and len(fields) > 3:
            return True
        tagged = len(fields) > 1 and role_of(fields[-1]) is not None
        return not tagged and (named or (text[1:2].isspace() and len(fields) > 2))


def _is_conllu(rows: list[list[str]]) -> bool:
    """Whether rows have the ten columns of CoNLL-U, the first of which counts."""
    rows = [row for row in rows if not row[0].startswith("#")]
    width = len(sample.CONLLU)
    return bool(rows) and all(
        len(row) == width and _INDEX.fullmatch(row[0]) for row in rows
    )


def _is_apart(fields: list[str]) -> bool:
    """Whether a row of CoNLL-U is no token: a range (`1-2`), or a word that the text lacks (`1.1`)."""
    return (
        bool(fields) and not fields[0].isdigit() and _INDEX.fullmatch(fields[0]) is not None
    )
