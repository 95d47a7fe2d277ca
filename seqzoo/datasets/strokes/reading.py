"""Drawings of a file, or of all files in a folder, each by its own format."""

from collections.abc import Iterator
from pathlib import Path

from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.iam import LINES, read_iam
from seqzoo.datasets.strokes.ink import read_ink
from seqzoo.datasets.strokes.kanjivg import character_group, read_character
from seqzoo.datasets.strokes.markup import read_xml
from seqzoo.datasets.strokes.offsets import read_npz
from seqzoo.datasets.strokes.svg import read_svg
from seqzoo.errors import InputError, unknown_name

FORMATS = {
    ".npz": "stroke-3 arrays",
    ".svg": "paths of SVG",
    ".inkml": "InkML",
    ".xml": "lineStrokes of IAM-OnDB",
}


def read(path: Path, tolerance: float = 0.0) -> dict[str, list[Drawing]]:
    """The drawings of a file or a folder, by part: `train`, and what else a `.npz` file has.

    Args:
        path: a file of `FORMATS`, or a folder with such files in it, or below it.
        tolerance: of `seqzoo.datasets.strokes.thinned`; drawings of `.npz` files stay as they are.

    Raises:
        InputError: if there is nothing to read, or a file cannot be read.
    """
    if path.is_dir():
        return {"train": list(_folder(path, tolerance))}
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    return {"train": [read_one(path, tolerance)]}


def read_one(path: Path, tolerance: float = 0.0) -> Drawing:
    """The drawing of a file that holds one.

    Args:
        path: of the file.
        tolerance: see `read`.

    Raises:
        InputError: on another ending, a `.npz` file of several, or what its format's reader refuses.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise unknown_name(f"{path}: ending", path.suffix, FORMATS)
    if ending == ".npz":
        drawings = [each for part in read_npz(path).values() for each in part]
        if len(drawings) != 1:
            raise InputError(f"{path}: expected one drawing; got {len(drawings)}")
        return drawings[0]
    if ending == ".svg":
        return _svg(path, tolerance)
    return (read_ink if ending == ".inkml" else read_iam)(path, tolerance)


def _svg(path: Path, tolerance: float) -> Drawing:
    """KanjiVG's files have components; others are strokes alone."""
    if character_group(read_xml(path)) is not None:
        return read_character(path, tolerance)
    return read_svg(path, tolerance)


def _folder(folder: Path, tolerance: float) -> Iterator[Drawing]:
    """The drawings of all files below a folder, by name."""
    # Of IAM-OnDB other folders hold transcripts, as XML too.
    lines = folder / LINES
    place = lines if lines.is_dir() else folder
    endings = [ending for ending in FORMATS if ending != ".npz"]
    paths = sorted(p for p in place.rglob("*") if p.suffix.lower() in endings)
    if not paths:
        raise InputError(f"{folder}: expected files *{', *'.join(endings)}; there is none")
    for path in paths:
        yield read_one(path, tolerance)
