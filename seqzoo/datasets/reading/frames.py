"""Frames of pandas and polars, and datasets of Hugging Face's, in memory; none of them is imported."""

import itertools
from collections.abc import Iterator
from typing import Any

from seqzoo.datasets.reading.raw import Raw, RawRow

SHOWN = 50  # rows by which it is seen what the cells are


def is_frame(value: Any) -> bool:
    """Whether a value is a frame, or a dataset with columns."""
    return hasattr(value, "itertuples") or hasattr(value, "iter_rows") or _is_dataset(value)


def _is_dataset(value: Any) -> bool:
    return isinstance(getattr(value, "column_names", None), list) and hasattr(
        value, "__getitem__"
    )


class Frame(Raw):
    """A frame.

    Args:
        value: the frame.
        name: what errors call it.
    """

    def __init__(self, value: Any, name: str = "the frame"):
        self.name, self._value = name, value
        names = value.column_names if _is_dataset(value) else value.columns
        self.names = [str(each) for each in names]
        self.form = [f"a frame of {type(value).__module__.split('.')[0]}"]
        features = (_is_dataset(value) and getattr(value, "features", None)) or {}
        self._classes = [_class_names(features.get(name)) for name in self.names]

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        for number, fields in enumerate(self._fields(), 1):
            cells = map(_named, map(_plain, fields), self._classes)
            yield RawRow(number, f"{self.name}: row {number}", list(cells))

    @property
    def has_lists(self) -> bool:
        """Whether cells of the first rows are lists, of tokens say."""
        first = itertools.islice(self._fields(), SHOWN)
        return any(isinstance(_plain(cell), list) for cells in first for cell in cells)

    def _fields(self) -> Iterator[Any]:
        value = self._value
        if hasattr(value, "itertuples"):
            return value.itertuples(index=False, name=None)
        if hasattr(value, "iter_rows"):
            return value.iter_rows()
        return ([row[name] for name in self.names or []] for row in value)


def _plain(cell: Any) -> Any:
    """A cell as JSON would have it: NumPy's scalars and arrays as Python's, what is missing as None."""
    if hasattr(cell, "item") and getattr(cell, "shape", None) == ():
        cell = cell.item()
    for as_list in ("tolist", "to_list"):  # of NumPy, of polars
        if hasattr(cell, as_list):
            return getattr(cell, as_list)()
    if isinstance(cell, (list, tuple)):
        return list(cell)
    missing = type(cell).__name__ in ("NAType", "NaTType") or cell != cell
    return None if missing else cell


def _class_names(feature: Any) -> list[str] | None:
    """The names of the classes that a column of a dataset of Hugging Face's has, alone or in lists."""
    names = getattr(getattr(feature, "feature", feature), "names", None)
    return names if isinstance(names, list) else None


def _named(cell: Any, classes: list[str] | None) -> Any:
    """A cell with its class by name; -1 is what datasets writes where there is none."""
    if isinstance(cell, list):
        return [_named(each, classes) for each in cell]
    if classes is None or type(cell) is not int:
        return cell
    return classes[cell] if 0 <= cell < len(classes) else None
