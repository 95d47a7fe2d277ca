"""What every format gives: rows as they stand in the file, before anybody knows what its columns mean."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from seqzoo.errors import InputError


class RawRow(NamedTuple):
    """A row of a file.

    Attributes:
        number: of its line, or of the row where there are no lines; from 1.
        where: it stands; begins errors.
        fields: its cells in order, or an object's by their keys; or what is wrong with it.
    """

    number: int
    where: str
    fields: list[Any] | dict[str, Any] | str | InputError


class Raw:
    """A file's rows.

    Attributes:
        name: of the file; begins errors.
        form: what was found, in words: its format, and its encoding if it is text.
        remarkable: whether something of that is not what the name of the file says.
        names: of the columns, where the format has them; None: the first row may be a header, or rows are
            objects.
        objects: whether rows are objects, each with its own keys.
        typed: whether a number in a column of texts is a mistake; in a workbook it is how a text was kept.
        fixed: whether the format itself says what is the text and what the label.
    """

    name: str
    form: list[str]
    remarkable: bool = False
    names: list[str] | None = None
    objects: bool = False
    typed: bool = True
    fixed: bool = False

    def rows(self) -> Iterator[RawRow]:
        """The rows, from the first on, read anew.

        Raises:
            InputError: on what hides where the next row begins.
        """
        raise NotImplementedError
