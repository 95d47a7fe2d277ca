"""Tables in plain text: CSV as RFC 4180 has it, with any delimiter, and TSV without quotes."""

import csv
import itertools
from collections.abc import Iterator

from seqzoo.datasets.reading import delimiter as delimiters
from seqzoo.datasets.reading.encoding import MAXIMUM_LINE, Line, Lines
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError

SAMPLE = 50  # lines that the delimiter is found by


class Delimited(Raw):
    """A CSV or TSV file.

    Args:
        source: the file.
        asked: what the user said of its form.
        is_tsv: whether tabs stand between columns and quotes are no quotes; None: by its ending.

    Attributes:
        delimiter: between its columns.
        quoted: whether quotes are read as RFC 4180 has it.
    """

    def __init__(self, source: Source, asked: Form, is_tsv: bool | None = None):
        self.name = source.name
        self.lines = Lines(source, asked.encoding)
        is_tsv = source.ending in (".tsv", ".tab") if is_tsv is None else is_tsv
        usual = "\t" if is_tsv else ","
        first = [line.text for line in itertools.islice(self.lines, SAMPLE)]
        by_line = delimiters.of_sep_line(first[0]) if first and not is_tsv else None
        self._skipped = 0 if by_line is None else 1
        if asked.delimiter is not None:
            self.delimiter = delimiters.asked(asked.delimiter)
        elif by_line is not None:
            self.delimiter = by_line
        else:
            self.delimiter = usual if is_tsv else delimiters.find(first)
        self.quoted = not (is_tsv and self.delimiter == "\t")
        self._describe(is_tsv, usual)

    def _describe(self, is_tsv: bool, usual: str) -> None:
        self.form = ["TSV" if is_tsv else "CSV", str(self.lines.encoding)]
        if self.delimiter != usual:
            self.form.insert(1, f"delimiter {delimiters.shown(self.delimiter)}")
        if self.lines.carriage_returns:
            self.form.append("lines end in CR")
        self.remarkable = self.form[1:] != ["UTF-8"]

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        lines = itertools.islice(self.lines, self._skipped, None)
        return self._quoted(lines) if self.quoted else self._plain(lines)

    def _plain(self, lines: Iterator[Line]) -> Iterator[RawRow]:
        for number, text, error in lines:
            if error is not None:
                yield RawRow(number, f"{self.name}:{number}", error)
            elif text:
                fields = text.split(self.delimiter)
                yield RawRow(number, f"{self.name}:{number}", fields)

    def _quoted(self, lines: Iterator[Line]) -> Iterator[RawRow]:
        # Python refuses fields over 128 KB unless told otherwise; a text may be 1 MB.
        csv.field_size_limit(MAXIMUM_LINE)
        faults: list[InputError] = []
        number = begun = self._skipped

        def texts() -> Iterator[str]:
            nonlocal number
            for line in lines:
                number, text, error = line
                if error is not None:
                    faults.append(error)
                yield text + "\n"

        reader = csv.reader(texts(), delimiter=self.delimiter, strict=True)
        try:
            for fields in reader:
                begun = number + 1
                if faults:
                    yield RawRow(number, f"{self.name}:{number}", faults[0])
                    faults.clear()
                elif fields:
                    yield RawRow(number, f"{self.name}:{number}", fields)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise InputError(
                    f"{self.name}:{begun}: not CSV: a quote is open in this row and never closed"
                ) from error
            raise InputError(
                f"{self.name}:{number}: not CSV: {_in_words(error)}"
            ) from error


def _in_words(error: csv.Error) -> str:
    """What is wrong, without advice on how Python opens files."""
    if "new-line character" in str(error):
        return "a carriage return stands in a cell without quotes"
    return str(error)
