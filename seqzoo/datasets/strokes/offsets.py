"""Stroke-3 arrays in `.npz` files (the layout of sketch-rnn, Ha & Eck 2018), without pickles.

A file has, for each of the parts `train`, `valid` and `test`, an array `PART` of numbers (points, 3), all
drawings one after the other, and `PART_lengths`, whole numbers (drawings,). `PART_texts`, strings
(drawings,), may say what was written. A file of one drawing has an array `points`.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, checked
from seqzoo.errors import InputError
from seqzoo.system.files import replacing

MOST_BYTES = 2**31  # of a file's arrays
PARTS = {
    "train": "train",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
ONE = "points"


def read_npz(path: Path) -> dict[str, list[Drawing]]:
    """The drawings of a file, by part: `train`, `validation`, `test`.

    Raises:
        InputError: naming file and array: on arrays of objects, which only unpickling could read, other
            shapes, lengths that do not add up, or a file that is none.
    """
    arrays = _arrays(path)
    known = {ONE, *(f"{p}{end}" for p in PARTS for end in ("", "_lengths", "_texts"))}
    idle = sorted(arrays.keys() - known)
    if idle:
        raise InputError(
            f"{path}: array {idle[0]}: expected one of {', '.join(sorted(known))}"
        )
    parts = {
        part: list(_drawings(arrays, name, path))
        for name, part in PARTS.items()
        if name in arrays
    }
    if ONE in arrays:
        points = checked(arrays[ONE], f"{path}: {ONE}")
        parts["train"] = [*parts.get("train", []), Drawing(points, str(path))]
    if not parts:
        raise InputError(f"{path}: expected an array train, valid, test or {ONE}; got none")
    return parts


def write_npz(path: Path, parts: Mapping[str, Iterable[Drawing]]) -> None:
    """Write drawings so that `read_npz` reads them.

    Args:
        path: of the file, which is replaced whole.
        parts: `train`, `validation`, `test` -> drawings.
    """
    arrays: dict[str, Any] = {}
    for part, drawings in parts.items():
        name = "valid" if part == "validation" else part
        drawings = list(drawings)
        rows = [drawing.points for drawing in drawings]
        arrays[name] = np.concatenate(rows) if rows else np.zeros((0, 3), np.float32)
        arrays[f"{name}_lengths"] = np.array([len(row) for row in rows], np.int32)
        texts = ["".join(drawing.text) for drawing in drawings]
        if any(texts):
            arrays[f"{name}_texts"] = np.array(texts)
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: expected at most {MOST_BYTES:,} bytes of arrays; got {size:,}"
            )
        with np.load(path, allow_pickle=False) as opened:
            return {name: _array(opened, name, path) for name in opened.files}
    except InputError:
        raise
    except (
        OSError,
        ValueError,
        EOFError,
        zipfile.BadZipFile,
        NotImplementedError,
    ) as error:
        raise InputError(f"{path}: expected a .npz file of arrays: {error}") from error


def _array(opened: np.lib.npyio.NpzFile, name: str, path: Path) -> np.ndarray:
    try:
        return opened[name]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise InputError(
            f"{path}: array {name}: made of Python objects, which are never unpickled here; expected {name}, "
            f"numbers (points, 3) of all drawings one after the other, and {name}_lengths"
        ) from None


def _drawings(arrays: Mapping[str, np.ndarray], name: str, path: Path) -> Iterator[Drawing]:
    """The drawings of a part."""
    rows, where = arrays[name], f"{path}: {name}"
    lengths = arrays.get(f"{name}_lengths")
    if lengths is None:
        raise InputError(f"{where}: expected an array {name}_lengths beside it")
    whole = lengths.ndim == 1 and lengths.dtype.kind in "iu"
    if not whole or (lengths < 1).any() or lengths.sum() != len(rows):
        raise InputError(
            f"{where}_lengths: expected whole numbers above 0 that add up to {len(rows):,}, the "
            f"points of {name}"
        )
    texts = arrays.get(f"{name}_texts", np.full(len(lengths), ""))
    if texts.dtype.kind != "U" or texts.shape != lengths.shape:
        raise InputError(
            f"{where}_texts: expected strings ({len(lengths)},); got {texts.dtype} {texts.shape}"
        )
    pieces = np.split(rows, np.cumsum(lengths)[:-1]) if len(lengths) else []
    for number, (piece, text) in enumerate(zip(pieces, texts, strict=True)):
        place = f"{where}[{number}]"
        yield Drawing(checked(piece, place), place, tuple(str(text)))
