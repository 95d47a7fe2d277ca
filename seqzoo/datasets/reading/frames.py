"""Frames of pandas and polars, and datasets of Hugging Face's, in memory; none of them is imported."""

from collections.abc import Iterator
from typing import Any

from seqzoo.datasets.reading.raw import Raw, RawRow


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

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        for number, fields in enumerate(self._fields(), 1):
            yield RawRow(number, f"{self.name}: row {number}", [_plain(f) for f in fields])

    def _fields(self) -> Iterator[Any]:
        value = self._value
        if hasattr(value, "itertuples"):
            return value.itertuples(index=False, name=None)
        if hasattr(value, "iter_rows"):
            return value.iter_rows()
        return ([row[name] for name in self.names or []] for row in value)


def _plain(cell: Any) -> Any:
    """A cell as JSON would have it: NumPy's scalars as Python's, what is missing as None."""
    if hasattr(cell, "item") and getattr(cell, "shape", None) == ():
        cell = cell.item()
    missing = type(cell).__name__ in ("NAType", "NaTType") or cell != cell
    return None if missing else cell
