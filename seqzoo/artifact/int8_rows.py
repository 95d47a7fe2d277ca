"""Tables kept as whole numbers of eight bits, with a scale for each row.

A table is an array of two axes of which a network takes single rows: an embedding. In the HDF5 file of a
`.keras` file a table `NAME` is kept as `int8/NAME/rows`, int8 (rows, width), and `int8/NAME/scales`, float32
(rows, 1); a row is its whole numbers times its scale. Keras by itself finds no `NAME`, and says so.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from seqzoo.errors import InputError

GROUP, ROWS, SCALES = "int8", "rows", "scales"
LARGEST = 127  # -128 is not used: a row and its negative are kept alike


def quantized(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers and scales of a table, the largest of each row at 127.

    Args:
        table: float (rows, width), finite.

    Returns:
        int8 (rows, width), and float32 (rows, 1). A row of zeros has the scale 0.
    """
    table = table.astype("float32")
    scales = (np.abs(table).max(axis=1, keepdims=True, initial=0) / LARGEST).astype(
        "float32"
    )
    divided = table / np.where(scales > 0, scales, 1)
    # A scale that is rounded down may leave a number a hair above 127.
    rows = np.clip(np.rint(divided), -LARGEST, LARGEST).astype("int8")
    return rows, scales


def widened(rows: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """The table, float32 (rows, width), of int8 (rows, width) and float32 (rows, 1)."""
    return rows.astype("float32") * scales


def names(name: str) -> tuple[str, str]:
    """Where the whole numbers and the scales of a table are kept."""
    return f"{GROUP}/{name}/{ROWS}", f"{GROUP}/{name}/{SCALES}"


def tables(arrays: Iterable[str]) -> Iterator[str]:
    """The names of the tables that are kept so, by the names of all arrays in a file."""
    for name in arrays:
        if name.startswith(f"{GROUP}/") and name.endswith(f"/{ROWS}"):
            yield name.removeprefix(f"{GROUP}/").removesuffix(f"/{ROWS}")


def with_floats(content: bytes) -> bytes:
    """The bytes of an HDF5 file with each table as float32, as Keras reads it.

    Args:
        content: as `seqzoo.artifact.weights.read` gives it.

    Returns:
        The same bytes if no table is kept as whole numbers.

    Raises:
        InputError: if the whole numbers and scales of a table do not fit each other.
    """
    import h5py

    with h5py.File(io.BytesIO(content)) as file:
        if GROUP not in file:
            return content
        wide = io.BytesIO()
        with h5py.File(wide, "w") as target:
            _widen(file, target)
    return wide.getvalue()


def _widen(file: Any, target: Any) -> None:
    """Copy an HDF5 file, its tables as float32."""
    target.attrs.update(file.attrs)
    found = _arrays(file)
    for name, item in found.items():
        if not name.startswith(f"{GROUP}/"):
            target.create_dataset(name, data=item[()])
    for name in tables(found):
        if name in target:
            raise InputError(f"{name}: kept twice, as numbers and in {GROUP}")
        target.create_dataset(name, data=_table(found, name))
    _keep_attributes(file, target)


def _arrays(file: Any) -> dict[str, Any]:
    """The arrays in an HDF5 file by name."""
    import h5py

    found: dict[str, Any] = {}

    def look(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = item

    file.visititems(look)
    return found


def _keep_attributes(file: Any, target: Any) -> None:
    """Give the groups of one file the attributes, and the empty groups, of another."""
    import h5py

    def copy(name: str, item: Any) -> None:
        if isinstance(item, h5py.Group) and name.split("/")[0] != GROUP:
            target.require_group(name).attrs.update(item.attrs)

    file.visititems(copy)


def _table(arrays: Mapping[str, Any], name: str) -> np.ndarray:
    """A table as float32, by the names of all arrays.

    Raises:
        InputError: if its whole numbers and scales do not fit each other.
    """
    at_rows, at_scales = names(name)
    rows, scales = arrays[at_rows], arrays.get(at_scales)
    if rows.dtype != "int8" or rows.ndim != 2:
        got = f"{rows.dtype} {rows.shape}"
        raise InputError(f"{at_rows}: expected int8 (rows, width); got {got}")
    if scales is None or scales.dtype != "float32" or scales.shape != (len(rows), 1):
        got = "none" if scales is None else f"{scales.dtype} {scales.shape}"
        raise InputError(f"{at_scales}: expected float32 ({len(rows)}, 1); got {got}")
    return widened(rows[()], scales[()])
