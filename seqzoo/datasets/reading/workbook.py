"""Excel workbooks (`.xlsx`), read row by row by openpyxl, of the extra `excel`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError


class Workbook(Raw):
    """The one sheet of a workbook that has cells.

    Args:
        source: the file.

    Raises:
        InputError: if it is no workbook, has several sheets with cells, or openpyxl is not there.
    """

    typed = False

    def __init__(self, source: Source):
        self.name, self._source = source.name, source
        with self._opened() as book:
            sheets = [sheet.title for sheet in book.worksheets if _first(sheet) is not None]
        if len(sheets) != 1:
            names = ", ".join(sheets[:12]) or "none with cells"
            raise InputError(
                f"{self.name}: expected a workbook with one sheet; its sheets are {names}"
            )
        self._sheet = sheets[0]
        self.form = [f"an Excel sheet ({self._sheet})"]

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        with self._opened() as book:
            sheet = book[self._sheet]
            width = None
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if all(cell is None for cell in cells):
                    continue
                fields = ["" if cell is None else cell for cell in cells]
                # The sheet may be wider than the table: formatted cells without content.
                width = _width(fields) if width is None else width
                if not any(cell != "" for cell in fields[width:]):
                    fields = fields[:width]
                yield RawRow(number, f"{self.name}:{number}", fields)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            import openpyxl
        except ImportError as error:
            raise InputError(
                f'{self.name}: openpyxl is not installed; pip install "seqzoo[excel]"'
            ) from error
        import zipfile

        with self._source.open() as stream:
            try:
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
                raise InputError(f"{self.name}: no Excel workbook: {error}") from error
            try:
                yield book
            finally:
                book.close()


def _first(sheet: Any) -> Any:
    """The first cell with content, or None."""
    rows = getattr(sheet, "iter_rows", None)  # a sheet of charts has no rows
    if rows is None:
        return None
    return next(
        (cell for row in rows(values_only=True) for cell in row if cell is not None), None
    )


def _width(fields: list[Any]) -> int:
    return max(place for place, cell in enumerate(fields, 1) if cell != "")
