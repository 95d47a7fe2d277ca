"""Series in tables: a row a step, columns by name; wide with one series, long with an id in each row."""

import dataclasses
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.reading.cells import label_of
from seqzoo.datasets.reading.formats import raw_of
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series.checks import Tell, check_times, warn
from seqzoo.datasets.series.numbers import numbers_of
from seqzoo.datasets.series.series import Series
from seqzoo.datasets.series.time_columns import tell_times
from seqzoo.datasets.series.times import time_of
from seqzoo.errors import InputError, unknown_name

BLOCK = 4096  # rows whose cells become numbers at once


@dataclass(frozen=True)
class Columns:
    """Which columns play which part; names are as in the header, in any case.

    Attributes:
        time: of each step; None: rows are steps in order.
        target: what is to be forecast; empty: all columns that play no other part.
        features: further channels of the past.
        known: channels whose future is known beforehand, like a price or a holiday.
        series_id: tells the series of a row, where there are several; None: there is one.
        static: numbers of a whole series.
        label: the class of a whole series.
        time_format: of the times, as `datetime.strptime` takes it, or `unix`; None: ISO 8601.
    """

    time: str | None = None
    target: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    series_id: str | None = None
    static: tuple[str, ...] = ()
    label: str | None = None
    time_format: str | None = None


class _Plan(NamedTuple):
    """Where the columns stand: by their places from 0, channels in order."""

    names: list[str]
    channels: list[int]
    targets: tuple[str, ...]
    known: tuple[str, ...]
    static: list[int]
    time: int | None
    series_id: int | None
    label: int | None


def read_table(
    data: Any,
    columns: Columns | None = None,
    form: Form | None = None,
    tell: Tell = warn,
    find_times: bool = False,
) -> list[Series]:
    """The series of a table.

    Args:
        data: the path of a CSV, TSV, Parquet, Arrow or Excel file; a frame of pandas or polars. An index of
            times is the time of a frame.
        columns: which play which part; None: all are targets.
        form: encoding, delimiter, names of columns where the file has no header.
        tell: is given a line for each column that plays no part.
        find_times: tell, too, of a column of times, where none is named.

    Returns:
        One series, or those of a table with an id column, in the order of their first rows. Rows of different
        series may be mixed.

    Raises:
        InputError: naming file, line and column: missing columns, cells that are no numbers, times that do
            not increase, a label or static feature that changes within a series. Rows are never left out.
    """
    columns, form = columns or Columns(), form or Form()
    if form.skip_bad_rows:
        raise InputError(
            "--skip-bad-rows: a series has all its steps; expected an empty cell for a missing value"
        )
    data, columns = _with_index(data, columns)
    raw = raw_of(data, form)
    if raw.objects or raw.fixed:
        raise InputError(f"{raw.name}: expected a table with columns; got {raw.form[0]}")
    names, rows = _header(raw, form)
    plan = _plan(names, columns, raw.name, tell)
    if find_times and plan.time is None:
        taken = {plan.series_id, plan.label, *plan.static}
        rows = tell_times(rows, names, taken, raw.name, tell)
    gathered: dict[Any, _Gathered] = {}
    for row in rows:
        fields = _fields(row, len(names))
        key = None if plan.series_id is None else fields[plan.series_id]
        if key not in gathered:
            gathered[key] = _Gathered(plan, columns.time_format)
        gathered[key].add(row, fields)
    if not gathered:
        raise InputError(f"{raw.name}: expected rows below the header; there are none")
    name = Path(raw.name).name.partition(".")[0]
    return [
        each.series(name if key is None else label_of(key, each.where(0)))
        for key, each in gathered.items()
    ]


def _with_index(data: Any, columns: Columns) -> tuple[Any, Columns]:
    """A frame of pandas with its index as a column, if that has times or a part to play."""
    if not hasattr(data, "reset_index"):
        return data, columns
    name = data.index.name
    has_times = data.index.dtype.kind == "M" and columns.time is None
    if has_times or (name is not None and name in (columns.time, columns.series_id)):
        data = data.reset_index()
        if has_times:
            columns = dataclasses.replace(columns, time=str(data.columns[0]))
    return data, columns


def _header(raw: Raw, form: Form) -> tuple[list[str], Iterator[RawRow]]:
    """The names of the columns, and the rows below them."""
    rows = raw.rows()
    if raw.names is not None:
        names = raw.names
    elif form.columns is not None:
        names = list(form.columns)
    else:
        first = next(rows, None)
        if first is None:
            raise InputError(f"{raw.name}: expected a header; the file is empty")
        names = [str(cell) for cell in _fields(first, None)]
    names = [name.strip() for name in names]
    if not names:
        raise InputError(f"{raw.name}: expected columns; there are none")
    if doubled := [name for name in names if names.count(name) > 1]:
        raise InputError(f"{raw.name}: two columns have the name {doubled[0]!r}")
    return names, rows


def _fields(row: RawRow, width: int | None) -> list[Any]:
    if isinstance(row.fields, InputError):
        raise row.fields
    assert isinstance(row.fields, list)
    if width is not None and len(row.fields) != width:
        raise InputError(f"{row.where}: expected {width} columns; got {len(row.fields)}")
    return row.fields


def _plan(names: list[str], columns: Columns, name: str, tell: Tell) -> _Plan:
    """Where the columns stand.

    Raises:
        InputError: if one is not there, or is to play two parts.
    """
    find = _finder(names, name)
    time, series_id, label = map(find, (columns.time, columns.series_id, columns.label))
    static = [find(each) for each in columns.static]
    target = [find(each) for each in columns.target]
    features = [find(each) for each in columns.features]
    known = [find(each) for each in columns.known]
    others = [time, series_id, label, *static, *features, *known]
    used = [place for place in [*others, *target] if place is not None]
    if doubled := [place for place in used if used.count(place) > 1]:
        raise InputError(f"{name}: column {names[doubled[0]]!r} is to play two parts")
    rest = [place for place in range(len(names)) if place not in used]
    if not target:
        target, rest = rest, []
    if not target:
        raise InputError(f"{name}: no column is left for the target: {either(names)}")
    if rest:
        left = either([names[place] for place in rest])
        tell(f"{name}: these columns play no part: {left}")
    channels = [*target, *features, *known]
    return _Plan(
        names,
        channels,
        tuple(names[place] for place in target),
        tuple(names[place] for place in known),
        static,
        time,
        series_id,
        label,
    )


def _finder(names: list[str], name: str) -> Callable[[str | None], Any]:
    folded = [each.lower() for each in names]

    def find(wanted: str | None) -> int | None:
        if wanted is None:
            return None
        if wanted in names:
            return names.index(wanted)
        if folded.count(wanted.lower()) == 1:
            return folded.index(wanted.lower())
        raise unknown_name(f"{name}: column", wanted, names)

    return find


class _Gathered:
    """The rows of one series, a block of them as cells and all before as numbers."""

    def __init__(self, plan: _Plan, time_format: str | None):
        self._plan, self._format = plan, time_format
        self._blocks: list[np.ndarray] = []
        self._cells: list[list[Any]] = []
        self._wheres: list[str] = []
        self._moments: list[np.datetime64] = []
        self._times: list[np.ndarray] = []
        self._numbers = array("q")  # of the rows' lines
        self._first: tuple[str, list[Any]] | None = None

    def add(self, row: RawRow, fields: list[Any]) -> None:
        """Add a row."""
        plan = self._plan
        if self._first is None:
            self._first = row.where, fields
            self._same = [*plan.static, *([] if plan.label is None else [plan.label])]
        for place in self._same:
            if fields[place] != self._first[1][place]:
                raise InputError(
                    f"{row.where}, column {plan.names[place]!r}: expected {self._first[1][place]!r}, as in "
                    f"the first row of the series ({self._first[0]}); got {str(fields[place])[:40]!r}"
                )
        if plan.time is not None:
            where = f"{row.where}, column {plan.names[plan.time]!r}"
            self._moments.append(time_of(fields[plan.time], where, self._format))
        self._cells.append(fields)
        self._wheres.append(row.where)
        self._numbers.append(row.number)
        if len(self._cells) == BLOCK:
            self._flush()

    def _flush(self) -> None:
        """Make numbers of the cells."""
        block = np.empty((len(self._cells), len(self._plan.channels)), np.float32)
        for channel, place in enumerate(self._plan.channels):
            cells = [fields[place] for fields in self._cells]
            block[:, channel] = numbers_of(cells, self._wheres, self._plan.names[place])
        self._blocks.append(block)
        self._times.append(np.array(self._moments, "datetime64[us]"))
        self._cells, self._wheres, self._moments = [], [], []

    def where(self, step: int) -> str:
        """The place of a step: the first row's, with another line."""
        assert self._first is not None
        first, number = self._first[0], str(self._numbers[0])
        return f"{first.removesuffix(number)}{self._numbers[step]}"

    def series(self, name: str) -> Series:
        """All rows as a series."""
        if self._cells:
            self._flush()
        assert self._first is not None
        plan, (where, fields) = self._plan, self._first
        times = None
        if plan.time is not None:
            times = np.concatenate(self._times)
            check_times(times, self.where, plan.names[plan.time])
        return Series(
            np.concatenate(self._blocks),
            tuple(plan.names[place] for place in plan.channels),
            times,
            name,
            *_static(plan, where, fields),
            plan.targets if len(plan.targets) < len(plan.channels) else (),
            plan.known,
            None if plan.label is None else label_of(fields[plan.label], where),
            where,
        )


def _static(
    plan: _Plan, where: str, fields: Sequence[Any]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if not plan.static:
        return None, ()
    columns = [
        numbers_of([fields[place]], [where], plan.names[place]) for place in plan.static
    ]
    return np.concatenate(columns), tuple(plan.names[place] for place in plan.static)
