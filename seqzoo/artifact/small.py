"""The weights in a `.keras` file, rewritten small: half precision, and tables of eight bits."""

import io
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.artifact import int8_rows, weights
from seqzoo.errors import InputError

LARGEST_HALF = 65_504  # the largest float16


def store_small(path: Path, source: Path, tables: Collection[str] = ()) -> None:
    """Rewrite a `.keras` file with float16 weights: half the size; Keras loads them as float32.

    Args:
        path: the file.
        source: what it is a copy of, for errors.
        tables: arrays of two axes to keep as whole numbers; see `seqzoo.artifact.int8_rows`. Those that are
            kept so already stay as they are.

    Raises:
        InputError: if a weight is too large for float16, which would make it infinite, or one of `tables` is
            not finite.
    """
    import h5py

    def copy(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            for kept, value in _small(name, item[()], f"{source}: {name}", tables):
                target.create_dataset(kept, data=value)
        else:
            target.require_group(name).attrs.update(item.attrs)

    half = io.BytesIO()
    with h5py.File(io.BytesIO(weights.read(path))) as file, h5py.File(half, "w") as target:
        target.attrs.update(file.attrs)
        file.visititems(copy)

    texts = {name: weights.text(path, name) for name in (weights.CONFIG, weights.METADATA)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in texts.items():
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
        # As they are: halves hardly get smaller, and are read at each start.
        archive.writestr(weights.MEMBER, half.getvalue())
    path.write_bytes(buffer.getvalue())


def _small(
    name: str, value: np.ndarray, where: str, tables: Collection[str]
) -> list[tuple[str, np.ndarray]]:
    """What an array is kept as: names and arrays. For `where` see `_halved`."""
    if name in tables:
        if not np.isfinite(value).all():
            raise InputError(f"{where}: a weight that is no finite number")
        return list(zip(int8_rows.names(name), int8_rows.quantized(value), strict=True))
    if name.startswith(f"{int8_rows.GROUP}/"):
        return [(name, value)]
    return [(name, _halved(value, where))]


def _halved(value: np.ndarray, where: str) -> np.ndarray:
    """An array as float16 if it is float32, else as it is.

    Raises:
        InputError: if a number is too large for float16; `where` begins the message.
    """
    if value.dtype != "float32":
        return value
    largest = np.abs(value).max(initial=0)
    if largest > LARGEST_HALF:
        raise InputError(
            f"{where}: a weight of {largest:.6g}; half precision ends at {LARGEST_HALF:,}"
        )
    return value.astype("float16")
