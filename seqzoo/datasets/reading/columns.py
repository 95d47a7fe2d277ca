"""Which column is which: by the user's word, by the header, or by place where there is no header."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from seqzoo.datasets.reading.layout import LANGUAGES, Layout, Role, either
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError

SAMPLE = 50  # rows that show whether the first is a header


class Places(NamedTuple):
    """Where the columns of a layout stand.

    Attributes:
        places: of the roles' cells in a row, from 0.
        names: of all columns, or None.
        has_header: whether the first row names the columns.
        width: columns.
    """

    places: tuple[int, ...]
    names: list[str] | None
    has_header: bool
    width: int


def places_of(raw: Raw, layout: Layout, asked: Form) -> Places | None:
    """Where a table's columns stand; None: the table has no row.

    Raises:
        InputError: if a column is missing, or two may be it: the message lists the columns and the flags.
    """
    if raw.names is not None:
        _refuse_names(raw, asked)
        found = find(raw.names, layout, asked, raw.name)
        return Places(found, raw.names, False, len(raw.names))
    sample = list(itertools.islice(raw.rows(), SAMPLE))
    if not sample:
        return None
    if isinstance(sample[0].fields, InputError):  # no header, no columns
        raise sample[0].fields
    rows = [row.fields for row in sample if isinstance(row.fields, list)]
    return _by_first_row(sample[0], rows, raw, layout, asked)


def _refuse_names(raw: Raw, asked: Form) -> None:
    if asked.columns is not None:
        raise InputError(
            f"--columns: {raw.name} names its columns: {either(raw.names or [])}"
        )


def _by_first_row(
    row: RawRow, rows: list[list[Any]], raw: Raw, layout: Layout, asked: Form
) -> Places:
    first = [str(cell) for cell in rows[0]]
    if asked.columns is not None:
        return _by_names(asked.columns, first, row, layout, asked)
    if without := _without_header(first, row, layout, asked):
        return without
    by_name = {role.key for role in layout.roles} & asked.places.keys()
    try:
        found = find(first, layout, asked, row.where)
        return Places(found, first, True, len(first))
    except InputError as error:
        if by_name or _is_doubled(first, layout):
            raise
        if _can_be_headless(raw, first, layout):
            return _headless(row, rows, first, layout)
        if len(first) == 1 and layout.headless and raw.form[0] == "TSV":
            raise InputError(
                f"{row.where}: expected {layout.line}; got {first[0][:40]!r}"
            ) from error
        trained = None if asked.trained is None else asked.trained.columns
        if trained is not None and len(trained) == len(first):
            return _by_names(trained, first, row, layout, asked)
        if looks_like_header(rows):
            raise
        raise InputError(_no_header(row, rows, layout)) from error


def _by_names(
    names: Sequence[str], first: list[str], row: RawRow, layout: Layout, asked: Form
) -> Places:
    """By names that stand in no header."""
    if len(names) != len(first):
        raise InputError(
            f"{row.where}: expected {len(names)} columns, as in --columns; got {len(first)}"
        )
    return Places(find(names, layout, asked, "--columns"), list(names), False, len(first))


def _without_header(
    first: list[str], row: RawRow, layout: Layout, asked: Form
) -> Places | None:
    """By places alone, of which a file has no header; those of the training, where the user gave none."""
    places = asked.places
    keys = [role.key for role in layout.roles]
    if asked.trained is not None and not any(key in places for key in keys):
        places = asked.trained.places
        keys = [
            key if key in places else role.name
            for key, role in zip(keys, layout.roles, strict=True)
        ]
    if not all(_is_place(places.get(key)) for key in keys):
        return None
    found = tuple(_at(int(places[key]), first, row.where) for key in keys)
    if len(set(found)) < len(found):
        flags = ", ".join(_flag(role) for role in layout.roles)
        raise InputError(
            f"{flags}: both are {places[keys[0]]!r}; expected {len(found)} columns"
        )
    return Places(found, None, False, len(first))


def _can_be_headless(raw: Raw, first: list[str], layout: Layout) -> bool:
    names = [role.name for role in layout.roles]
    if not set(names) <= set(layout.headless) or raw.form[0] != "TSV":
        return False
    more = len(first) - len(layout.headless)
    return more == 0 or (layout.further and more > 0)


def _headless(
    row: RawRow, rows: list[list[Any]], first: list[str], layout: Layout
) -> Places:
    """By the places that the columns of a file without a header have.

    Raises:
        InputError: if the first row seems to be a header, or a column seems to hold no texts.
    """
    more = range(len(layout.headless) + 1, len(first) + 1)
    names = [*layout.headless, *(f"column{place}" for place in more)]
    places = tuple(names.index(role.name) for role in layout.roles)
    flags = " and ".join(_flag(role) for role in layout.roles)
    if layout.numbers:
        return Places(places, names, False, len(first))
    if all(first[place].strip().lower() in LANGUAGES for place in places):
        raise InputError(
            f"{row.where}: the first line looks like a header ({either(first)}): name its columns by "
            f"{flags}; or, if it is an example, give --columns {','.join(names)}"
        )
    for place in places:
        cells = [str(each[place]).strip() for each in rows if place < len(each)]
        if len(cells) > 2 and all(cell.isdigit() for cell in cells):
            raise InputError(
                f"{row.where}: column {place + 1} has numbers alone ({either(cells[:3])}, ...): "
                f"{flags} say which columns have the texts, by their places from 1"
            )
    return Places(places, names, False, len(first))


def _is_doubled(first: list[str], layout: Layout) -> bool:
    """Whether a row is a header that names a column twice."""
    names = [cell.strip().lower() for cell in first]
    return any(names.count(role.name) > 1 for role in layout.roles)


def find(
    names: Sequence[str], layout: Layout, asked: Form, where: str, keys: bool = False
) -> tuple[int, ...]:
    """The places, from 0, of a layout's columns among names.

    Args:
        names: of the columns.
        layout: what is wanted.
        asked: names that the user gave.
        where: the names stand; begins errors.
        keys: whether they are an object's keys: a number is no place then.

    Raises:
        InputError: if a column is missing, or two may be it.
    """
    names = [name.strip() for name in names]
    found = [_place(role, names, asked, where, keys) for role in layout.roles]
    missing = [role for role, at in zip(layout.roles, found, strict=True) if at is None]
    if missing:
        raise InputError(_missing(missing, names, where, keys))
    places = tuple(place for place in found if place is not None)
    if len(set(places)) < len(places):
        flags = ", ".join(_flag(role) for role in layout.roles)
        raise InputError(
            f"{flags}: both are {names[places[0]]!r}; expected {len(places)} columns"
        )
    return places


def _place(role: Role, names: list[str], asked: Form, where: str, keys: bool) -> int | None:
    folded = [name.lower() for name in names]
    wanted = asked.places.get(role.key)
    if wanted is not None:
        if folded.count(wanted.lower()) == 1:
            return folded.index(wanted.lower())
        if _is_place(wanted) and not keys:
            return _at(int(wanted), names, where)
        raise _not_one(wanted, names, where, keys)
    for name in (_trained_name(role, asked), role.name):
        if folded.count(name) > 1:
            raise _not_one(name, names, where, keys)
        if name in folded:
            return folded.index(name)
    likely = [place for place, name in enumerate(folded) if name in role.others]
    if len(likely) > 1:
        several = " and ".join(repr(names[place]) for place in likely)
        raise InputError(
            f"{where}: the {role.name} may stand in {several}; give {_flag(role)}"
        )
    return likely[0] if likely else None


def _trained_name(role: Role, asked: Form) -> str:
    """What the column was called in training; blank, if nobody said."""
    trained = {} if asked.trained is None else asked.trained.places
    names = (role.key, role.name, *role.others)
    return next((trained[name] for name in names if name in trained), "").lower()


def _at(place: int, names: list[str], where: str) -> int:
    if not 1 <= place <= len(names):
        raise InputError(f"{where}: expected a column {place}; the row has {len(names)}")
    return place - 1


def _not_one(wanted: str, names: list[str], where: str, keys: bool) -> InputError:
    times = "twice" if wanted.lower() in [name.lower() for name in names] else "not"
    if keys:
        return InputError(
            f"{where}: expected a key {wanted!r}; the keys are {either(names)}"
        )
    return InputError(
        f"{where}: expected a header with one column {wanted!r}; it is {times} in {either(names)}"
    )


def _missing(missing: list[Role], names: list[str], where: str, keys: bool) -> str:
    """The message that asks which columns are meant."""
    wanted = " and ".join(repr(role.name) for role in missing)
    flags = " and ".join(_flag(role) for role in missing)
    found = either(names) or "none"
    if keys:
        kind = "a key" if len(missing) == 1 else "the keys"
        return f"{where}: expected {kind} {wanted}; the keys are {found}; {flags} names another"
    if len(missing) == 1:
        expected = f"expected a header with one column {wanted}; it is not in {found}"
        return f"{where}: {expected}; {flags} names another"
    expected = f"expected a header with the columns {wanted}; they are not in {found}"
    return f"{where}: {expected}; {flags} name others"


def _flag(role: Role) -> str:
    return role.flag or f"--{role.name}-column"


def _is_place(column: str | None) -> bool:
    return column is not None and column.isascii() and column.isdigit()


def looks_like_header(rows: list[list[Any]]) -> bool:
    """Whether the first of some rows names columns: short cells, none of which comes again below."""
    first = [str(cell).strip() for cell in rows[0]]
    if not all(0 < len(cell) <= 30 and len(cell.split()) <= 3 for cell in first):
        return False
    if len(set(first)) < len(first) or any(cell.isdigit() for cell in first):
        return False
    below = [[str(cell).strip() for cell in row] for row in rows[1:]]
    return not any(
        cell in {row[place] for row in below if len(row) == len(first)}
        for place, cell in enumerate(first)
    )


def _no_header(row: RawRow, rows: list[list[Any]], layout: Layout) -> str:
    first = either([str(cell) for cell in rows[0]])
    names = ",".join(likely_names(rows, layout))
    return (
        f"{row.where}: expected a header; the first line is {first}: "
        f"if the file has none, give --columns {names}"
    )


def likely_names(rows: list[list[Any]], layout: Layout) -> list[str]:
    """What `--columns` might be: the longest column is the text, the one with fewest values the answer."""
    width = len(rows[0])
    columns = [
        [str(row[place]) for row in rows if len(row) == width] for place in range(width)
    ]
    names = [f"column{place}" for place in range(1, width + 1)]
    longest = max(range(width), key=lambda place: sum(map(len, columns[place])))
    names[longest] = layout.roles[0].name
    others = [place for place in range(width) if place != longest]
    answers = (*layout.roles[1:], *layout.beside)
    if others and answers:
        fewest = min(others, key=lambda place: len(set(columns[place])))
        names[fewest] = answers[0].name
    return names
