"""A token a line with its tag: the columns of CoNLL, CoNLL-U, CSV with named columns, a sheet of Excel."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

from seqzoo.datasets.reading.frames import Frame
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.datasets.sequences import letters, sample
from seqzoo.datasets.sequences.rows import SAMPLE, Line, Rows
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.errors import InputError


class Columns(Sequences):
    """The sequences of a file or frame with a token a line; each iteration reads it anew.

    Args:
        source: the file, or a frame.
        asked: what the user said of its form.
        unit: what a token is; None: what the file shows.
        tagged: whether the tags are read.

    Raises:
        InputError: if the file shows that something else stands where tokens or tags are expected.
    """

    def __init__(
        self, source: Source | Frame, asked: Form, unit: str | None, tagged: bool = True
    ):
        self.name, self._tagged = source.name, tagged
        if isinstance(source, Frame):  # whose columns have names, whatever these are
            asked = dataclasses.replace(asked, columns=tuple(source.names or ()))
        self._rows = Rows(source, asked)
        shown = list(itertools.islice(self._rows, SAMPLE))
        self._columns = self._columns_of(shown, asked)
        self.unit = unit or _unit_of(self._cells(shown, "token"))
        self.found = ", ".join([*self._rows.form, *self._in_words(shown)])

    def _columns_of(self, shown: list[Line], asked: Form) -> sample.Columns | None:
        """Where what stands; None: there is no row."""
        sequences = [
            [line.fields for line in group if isinstance(line.fields, list)]
            for full, group in itertools.groupby(shown, lambda line: bool(line.fields))
            if full
        ]
        sequences = [rows for rows in sequences if rows]
        if not sequences:
            return None
        where = next(e.where for e in shown if isinstance(e.fields, list) and e.fields)
        conllu = self._rows.is_conllu
        return sample.columns_of(sequences, where, asked, conllu, self._tagged)

    def _cells(self, shown: list[Line], role: str) -> Iterator[str]:
        """The tokens, or tags, of the first rows."""
        columns = self._columns
        place = None if columns is None else getattr(columns, role)
        if columns is None or place is None:
            return
        rows = [line.fields for line in shown if isinstance(line.fields, list)]
        for row in [row for row in rows if row][int(columns.has_header) :]:
            if len(row) == columns.width:
                yield row[place]

    def _in_words(self, shown: list[Line]) -> Iterator[str]:
        """What was found of the columns."""
        columns = self._columns
        if columns is None:
            return
        if self._rows.is_conllu:
            yield "CoNLL-U"
        yield f"tokens in {_place(columns.token, columns.names)}"
        if columns.sentence is not None:
            yield f"sentences by {_place(columns.sentence, columns.names)}"
        if columns.tag is not None:
            yield f"tags in {_place(columns.tag, columns.names)}"
            tags = map(self._own_tag, self._cells(shown, "tag"))
            named = f"in {letters.scheme_of(tags)}"
            yield "each tag the name of a token" if columns.bare else named
        yield f"a token is a {self.unit}"
        if self._rows.has_comments:
            yield "lines of comments left aside"

    def _own_tag(self, cell: str) -> str:
        """The tag in a cell."""
        in_misc = self._columns is not None and self._columns.tag == len(sample.CONLLU) - 1
        if self._rows.is_conllu and in_misc:
            return sample.of_misc(cell) or cell
        return cell

    def tag_of(self, row: list[str], where: str) -> str:
        """The tag of a row in BIOES; outside, where tags are not read.

        Raises:
            InputError: if it is none.
        """
        columns = self._columns
        if columns is None or columns.tag is None or not self._tagged:
            return letters.OUTSIDE
        if columns.bare:
            return letters.alone(row[columns.tag])
        return letters.plain(self._own_tag(row[columns.tag]), where)

    def __iter__(self) -> Iterator[Tagged | InputError]:
        found = False
        for lines in self._sequences():
            found = True
            yield self._tagged_of(lines)
        if not found:
            what = "tokens with tags" if self._tagged else "tokens"
            raise InputError(f"{self.name}: expected {what}; the file has none")

    def _sequences(self) -> Iterator[list[Line]]:
        """The rows of each sequence."""
        rows = iter(self._rows)
        if self._columns is not None and self._columns.has_header:
            next(line for line in rows if line.fields)
        lines: list[Line] = []
        sentence = None
        for line in rows:
            new = self._sentence(line)
            if lines and (not line.fields or (new and sentence not in (None, new))):
                yield lines
                lines = []
            sentence = new or sentence
            if line.fields:
                lines.append(line)
        if lines:
            yield lines

    def _sentence(self, line: Line) -> str | None:
        """Which sentence a row says that it is of; None: it says nothing."""
        place = None if self._columns is None else self._columns.sentence
        if place is None or not isinstance(line.fields, list) or place >= len(line.fields):
            return None
        cell = line.fields[place]
        return None if cell.lower() in ("", "nan") else cell

    def _tagged_of(self, lines: list[Line]) -> Tagged | InputError:
        """A sequence, or what is wrong with its first bad row."""
        try:
            pairs = [self._pair(line) for line in lines]
        except InputError as error:
            return error
        tokens, tags = zip(*pairs, strict=True)
        return Tagged(tokens, tags, lines[0].where)

    def _pair(self, line: Line) -> tuple[str, str]:
        """Token and tag of a row."""
        where, row, _ = line
        if isinstance(row, InputError):
            raise row
        columns = self._columns
        assert columns is not None  # there is a row
        if columns.tag is not None and len(row) < 2:
            raise InputError(f"{where}: expected a token and a tag; got {row[0][:40]!r}")
        if len(row) != columns.width:
            raise InputError(
                f"{where}: expected {columns.width} columns as before; got {len(row)}"
            )
        token = row[columns.token]
        if not token:
            raise InputError(f"{where}: expected a token; it is blank")
        if self.unit == "character" and len(token) != 1:
            raise InputError(
                f"{where}: expected a character a line (--unit); got {token[:40]!r}"
            )
        return token, self.tag_of(row, where)


def _unit_of(tokens: Iterator[str]) -> str:
    return "word" if any(len(token) > 1 for token in tokens) else "character"


def _place(place: int, names: Any) -> str:
    return f"column {place + 1}" if names is None else f"column {names[place]!r}"
