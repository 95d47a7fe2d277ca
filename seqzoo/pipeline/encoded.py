"""Examples -> encoded rows on disk -> right-padded arrays.

Encoding once to disk keeps memory flat however large the corpus is and makes batches random access:
an epoch's order is a plan of row numbers that follows from seed and epoch alone, so training resumes
at any batch of any epoch without reading what came before.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_json

FORMAT = 2  # of the files; those of format 1 had ids and a label alone
TIME_MULTIPLE = 8  # padded lengths are rounded up to this
SPAN = 2**16  # steps that are read at a time
SLACK = 8  # steps of padding that cost less than a group of its own
Row = Mapping[str, object]  # name of a column -> an array, or a number


class Column(NamedTuple):
    """What a column holds.

    Attributes:
        dtype: NumPy's name of it.
        shape: of one step; of a number ().
        steps: whether rows are arrays, each with a number of steps of its own along its first axis; else they
            are numbers.
    """

    dtype: str
    shape: tuple[int, ...]
    steps: bool


class Encoded:
    """Encoded rows of one part of a corpus: columns of any dtype and rank, by name.

    Args:
        folder: where `write` put them.

    Attributes:
        columns: name -> `Column`.
        lengths: steps of each row, int32 (rows,), in the column that was named at writing.

    Raises:
        InputError: if another version wrote them.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        info = read_json(folder / "info.json")
        if info.get("format") != FORMAT:
            raise InputError(
                f"{folder}: prepared by another version of seqzoo; delete it to prepare it anew"
            )
        self.columns = {
            name: Column(about["dtype"], tuple(about["shape"]), about["steps"])
            for name, about in info["columns"].items()
        }
        self._rows, self._by = info["rows"], info["lengths"]
        self._offsets = {
            name: np.fromfile(folder / f"{name}.offsets", np.int64)
            for name, column in self.columns.items()
            if column.steps
        }
        self._numbers = {  # few bytes a row
            name: np.fromfile(folder / name, column.dtype)
            for name, column in self.columns.items()
            if not column.steps
        }
        self.lengths = np.diff(self._offsets[self._by]).astype(np.int32)

    def __len__(self) -> int:
        return self._rows

    @classmethod
    def write(cls, folder: Path, rows: Iterable[Row], lengths: str = "tokens") -> "Encoded":
        """Write a stream of rows.

        Args:
            folder: a new one.
            rows: each has the columns of the first, with their dtypes and shapes; arrays have steps along
                their first axis, numbers (arrays of rank 0) have none.
            lengths: the column whose steps are a row's length, by which batches are made.

        Raises:
            InputError: if there is no row.
            ValueError: if a row's columns are not those of the first.
        """
        folder.mkdir(parents=True, exist_ok=True)
        writers: dict[str, _Writer] = {}
        count = 0
        with contextlib.ExitStack() as files:
            for row in rows:
                if not count:
                    writers = {
                        name: _Writer(folder, name, value, files)
                        for name, value in row.items()
                    }
                if row.keys() != writers.keys():
                    raise ValueError(
                        f"row {count}: expected columns {sorted(writers)}; got {sorted(row)}"
                    )
                for name, value in row.items():
                    writers[name].add(value, count)
                count += 1
        if not count:
            raise InputError(f"{folder.name}: expected examples; the split is empty")
        about = {name: writer.column._asdict() for name, writer in writers.items()}
        info = {"format": FORMAT, "rows": count, "lengths": lengths, "columns": about}
        (folder / "info.json").write_text(json.dumps(info), "utf-8")
        return cls(folder)

    def numbers(self, name: str) -> np.ndarray:
        """All of a column without steps, (rows,)."""
        return self._numbers[name]

    def rows(
        self,
        indices: np.ndarray,
        multiple: int = TIME_MULTIPLE,
        names: Iterable[str] | None = None,
    ) -> dict[str, np.ndarray]:
        """Some rows: for each column (rows, steps, ...), right-padded with 0, or (rows,) without steps.

        Args:
            indices: int (rows,).
            multiple: padded steps are rounded up to one of this.
            names: of the columns to read; None: all.
        """
        columns = {name: self.columns[name] for name in names or self.columns}
        return {
            name: self._padded(name, column, indices, multiple)
            if column.steps
            else self._numbers[name][indices]
            for name, column in columns.items()
        }

    def spans(self, name: str, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All of a column with steps, in runs of consecutive rows without padding.

        Args:
            name: of the column.
            steps: of a run at most; a single longer row is a run.

        Yields:
            The rows' values one after the other, (steps, ...), and where in them each row starts and the last
            ends, int64 (rows + 1,).
        """
        column, offsets = self.columns[name], self._offsets[name]
        size = int(np.prod(column.shape, dtype=np.int64))
        start = 0
        with open(self.folder / name, "rb") as file:
            while start < self._rows:
                stop = int(np.searchsorted(offsets, offsets[start] + steps, "right")) - 1
                stop = max(stop, start + 1)
                count = int(offsets[stop] - offsets[start])
                values = np.fromfile(file, column.dtype, count * size)
                # (steps * ...,) -> (steps, ...)
                values = values.reshape(-1, *column.shape)
                yield values, offsets[start : stop + 1] - offsets[start]
                start = stop

    def each(self, name: str) -> Iterator[np.ndarray]:
        """The rows of a column with steps, one after the other without padding: (steps, ...) each."""
        for values, offsets in self.spans(name, SPAN):
            yield from np.split(values, offsets[1:-1])

    def _padded(self, name: str, column: Column, indices, multiple: int) -> np.ndarray:
        offsets = self._offsets[name]
        starts, stops = offsets[indices], offsets[np.asarray(indices) + 1]
        size = np.dtype(column.dtype).itemsize * int(np.prod(column.shape, dtype=np.int64))
        longest = round_up(int((stops - starts).max()), multiple)
        values = np.zeros((len(starts), longest, *column.shape), column.dtype)
        # Plain reads, not a memory map: mapped pages would count as this process's memory.
        with open(self.folder / name, "rb") as file:
            for row, start, stop in zip(
                values, starts.tolist(), stops.tolist(), strict=True
            ):
                data = os.pread(file.fileno(), (stop - start) * size, start * size)
                row[: stop - start] = np.frombuffer(data, column.dtype).reshape(
                    -1, *column.shape
                )
        return values


class _Writer:
    """One column's files: its values one after the other, and where each row's begin."""

    def __init__(self, folder: Path, name: str, first, files: contextlib.ExitStack):
        array = np.asarray(first)
        self.name, steps = name, array.ndim > 0
        self.column = Column(array.dtype.name, array.shape[1:], steps)
        self._values = files.enter_context(open(folder / name, "wb"))  # noqa: SIM115, the stack closes it
        self._offsets, self._stop = None, 0
        if steps:
            self._offsets = files.enter_context(open(folder / f"{name}.offsets", "wb"))  # noqa: SIM115
            self._offsets.write(np.int64(0).tobytes())

    def add(self, value, row: int) -> None:
        array = np.asarray(value)
        found = Column(array.dtype.name, array.shape[1:], array.ndim > 0)
        if found != self.column:
            raise ValueError(
                f"row {row}: column {self.name}: expected {self.column}; got {found}"
            )
        self._values.write(array.tobytes())
        if self._offsets is not None:
            self._stop += len(array)
            self._offsets.write(np.int64(self._stop).tobytes())


def both_ends(ids: np.ndarray, max_length: int) -> np.ndarray:
    """`ids` cut to `max_length`: the first third and the last two thirds of it.

    A review states its verdict at its end more often than in its middle (Sun et al. 2019, section
    5.3.1, found head and tail together best on IMDB).
    """
    if len(ids) <= max_length:
        return ids
    head = max_length // 3
    return np.concatenate([ids[:head], ids[len(ids) - (max_length - head) :]])


def round_up(length: int, multiple: int = TIME_MULTIPLE) -> int:
    """The padded length for a batch whose longest row is `length`."""
    return -(-length // multiple) * multiple


def padded(
    rows: Sequence[Sequence[int] | np.ndarray], length: int | None = None
) -> np.ndarray:
    """Ids of several rows, int32 (rows, time), padded with 0 on the right.

    Args:
        rows: sequences of ids.
        length: the padded length; None: that of the longest.
    """
    ids = np.zeros((len(rows), max(map(len, rows)) if length is None else length), np.int32)
    for place, row in zip(ids, rows, strict=True):
        place[: len(row)] = row
    return ids


def padded_steps(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of numbers as one array, zeros on the right: float32 (rows, steps, channels), and lengths, int32.

    Args:
        rows: float32 (steps, channels) each.
    """
    lengths = np.array([len(row) for row in rows], np.int32)
    values = np.zeros((len(rows), lengths.max(), rows[0].shape[1]), np.float32)
    for place, row in zip(values, rows, strict=True):
        place[: len(row)] = row
    return values, lengths


def groups(
    lengths: Sequence[int] | np.ndarray,
    rows: int,
    tokens: int | None = None,
    longest_first: bool = False,
    spread: float | None = None,
) -> list[list[int]]:
    """Row numbers in groups to compute together, rows of like length in one.

    Args:
        lengths: of each row.
        rows: of a group at most.
        tokens: rows times the longest of a group at most; a single longer row is a group. None: any.
        longest_first: whether groups come from the longest rows to the shortest.
        spread: how much longer than the shortest row of a group its longest is at most, as a share of the
            shortest, and `SLACK` steps more. None: any.
    """
    sign = -1 if longest_first else 1
    made: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: sign * lengths[row]):
        group = made[-1] if made else []
        first = lengths[group[0] if group else row]
        shortest, longest = sorted((first, lengths[row]))
        fits = (
            group
            and len(group) < rows
            and (tokens is None or (len(group) + 1) * longest <= tokens)
            and (spread is None or longest - shortest <= SLACK + spread * shortest)
        )
        if fits:
            group.append(row)
        else:
            made.append([row])
    return made
