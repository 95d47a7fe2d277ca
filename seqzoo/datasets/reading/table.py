"""A table whose columns are known: what every command reads labelled and unlabelled data by."""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

from seqzoo.datasets.reading.columns import Places, find, places_of
from seqzoo.datasets.reading.formats import raw_of
from seqzoo.datasets.reading.layout import Layout
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        number: of its line, or of the row where there are no lines; from 1.
        where: it stands; begins errors.
        cells: one for each role of the layout, or what is wrong with the row.
        fields: all that is in the row: cells in order, or an object; None where the row is unusable.
    """

    number: int
    where: str
    cells: tuple[Any, ...] | InputError
    fields: list[Any] | dict[str, Any] | None


class Table:
    """A file's rows, by the columns of a layout; each iteration reads the file anew.

    Args:
        raw: the rows as they stand.
        layout: the columns wanted.
        asked: what the user said of the file's form.

    Attributes:
        name: of the file.
        raw: as above.
        names: of all columns, where they have any and are the same for all rows.
        has_header: whether the first row names the columns.
        found: what was found, in a line.
        remarkable: whether that is more than the file's name says.

    Raises:
        InputError: if a column is missing, or two may be it.
    """

    def __init__(self, raw: Raw, layout: Layout, asked: Form):
        self.name, self.raw = raw.name, raw
        self._layout, self._asked = layout, asked
        self._places: Places | None = None
        self.has_header = False
        self.names: list[str] | None = None
        if raw.objects:
            if asked.columns is not None:
                raise InputError(f"--columns: {raw.name} names its columns")
            self._keys = functools.lru_cache(64)(self._keys_of)
            columns = self._of_first_object()
        else:
            self._places = places_of(raw, layout, asked)
            columns = self._of_places()
        self.found = ", ".join([*raw.form, *columns])
        own = [f"{role.name} in column {role.name!r}" for role in layout.roles]
        self.remarkable = raw.remarkable or (self.has_header and columns != own)

    @property
    def may_have_header(self) -> bool:
        """Whether the first row was taken for an example, and nobody said that it is one."""
        told = self._asked.columns is not None or self._asked.places
        return not (self.has_header or self.raw.objects or self.raw.names or told)

    def _of_places(self) -> list[str]:
        """The columns in words."""
        if self._places is None:
            return ["no rows"]
        self.has_header, self.names = self._places.has_header, self._places.names
        roles = self._layout.roles
        if self.raw.fixed:
            return []
        if self.has_header or self.raw.names is not None:
            names = self.names or []
            return [
                f"{role.name} in column {names[place].strip()!r}"
                for role, place in zip(roles, self._places.places, strict=True)
            ]
        shown = (
            f"{role.name} in column {place + 1}"
            for role, place in zip(roles, self._places.places, strict=True)
        )
        more = self._places.width - len(self._layout.headless)
        aside = [f"{more} further aside"] if self._layout.further and more > 0 else []
        return ["no header", *shown, *aside]

    def _of_first_object(self) -> list[str]:
        """The keys in words; none, if the first objects have none of them."""
        for row, _ in zip(self.raw.rows(), range(50), strict=False):
            if isinstance(row.fields, dict):
                keys = self._keys(tuple(row.fields))
                if isinstance(keys, str):
                    return []
                roles = self._layout.roles
                return [
                    f"{role.name} in {key!r}" for role, key in zip(roles, keys, strict=True)
                ]
        return []

    def _keys_of(self, names: tuple[str, ...]) -> tuple[str, ...] | str:
        """The keys of the roles in an object, or what is wrong with its keys."""
        try:
            places = find(names, self._layout, self._asked, "", keys=True)
        except InputError as error:
            return str(error)
        return tuple(names[place] for place in places)

    def __iter__(self) -> Iterator[Row]:
        rows = self.raw.rows()
        if self.has_header:
            next(rows, None)
        return map(self._row, rows)

    def _row(self, row: RawRow) -> Row:
        number, where, fields = row
        if isinstance(fields, InputError):
            return Row(number, where, fields, None)
        if isinstance(fields, str):
            return Row(number, where, (fields,), {self._layout.roles[0].name: fields})
        if isinstance(fields, dict):
            keys = self._keys(tuple(fields))
            if isinstance(keys, str):
                return Row(number, where, InputError(f"{where}{keys}"), None)
            return Row(number, where, tuple(fields[key] for key in keys), fields)
        assert self._places is not None  # there is a row
        if len(fields) != self._places.width:
            error = InputError(
                f"{where}: expected {self._places.width} columns; got {len(fields)}"
            )
            return Row(number, where, error, None)
        return Row(number, where, tuple(fields[p] for p in self._places.places), fields)


def open_table(
    data: Any,
    layout: Layout,
    asked: Form | None = None,
    strings: bool = False,
    tabs: bool = False,
) -> Table:
    """A file as a table.

    Args:
        data: a path, a `seqzoo.datasets.reading.source.Source`, or a frame.
        layout: the columns wanted.
        asked: what the user said of the file's form.
        strings: whether a string may stand for an object of JSON.
        tabs: whether a file with another ending is one with tabs between its columns.

    Raises:
        InputError: on a format that nobody reads, a missing column, or a flag that plays no part.
    """
    asked = asked or Form()
    return Table(raw_of(data, asked, strings, tabs), layout, asked)
