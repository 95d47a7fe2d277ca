"""A user's own strokes, in the training's unit and as sparse as its strokes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.reading import read_one
from seqzoo.datasets.strokes.thinned import thinned
from seqzoo.errors import InputError
from seqzoo.tasks.inputs import from_json, parsed

THIN = 0.01  # of the frame's size: points this near to the line without them are left out


class Frame(NamedTuple):
    """The square that strokes are drawn in, in their own unit, y downwards."""

    left: float
    top: float
    size: float


def frame_of(text: str, where: str) -> Frame:
    """The frame that a text `left,top,size` says.

    Raises:
        InputError: naming `where`: on another form.
    """
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    sound = len(numbers) == 3 and np.isfinite(numbers).all() and numbers[2] > 0
    if not sound:
        raise InputError(
            f"{where}: expected left,top,size of a square, as 0,0,300; got {text!r}"
        )
    return Frame(*numbers)


def strokes_of(text: str, where: str) -> list[np.ndarray]:
    """The strokes in JSON, float (points, 2) each; times of points play no part.

    Raises:
        InputError: naming `where`: on another form.
    """
    strokes: Any = from_json(parsed(text, where), ("strokes",), where)
    return [stroke[:, :2] for stroke in strokes]


def read_prime(path: Path) -> Drawing | list[np.ndarray]:
    """A file's drawing; of JSON its strokes, float (points, 2) each, as they stand.

    Raises:
        InputError: if the file cannot be read.
    """
    if path.suffix.lower() != ".json":
        return read_one(path)
    try:
        return strokes_of(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def fitted(
    strokes: Sequence[np.ndarray], frame: Frame, size: float, centred: bool, where: str
) -> Drawing:
    """Strokes scaled from one frame to another, and thinned.

    Args:
        strokes: float (points, 2) each.
        frame: that they were drawn in.
        size: of the training's frame.
        centred: whether the training's offsets begin in the middle of the frame; else at the first point.
        where: the strokes come from; begins errors.

    Raises:
        InputError: if there is no point, or one far out.
    """
    corner, scale = np.array([frame.left, frame.top]), size / frame.size
    moved = [(np.asarray(stroke, np.float64) - corner) * scale for stroke in strokes]
    sparse = [thinned(stroke, THIN * size) for stroke in moved if len(stroke)]
    return from_strokes(sparse, where, origin=(size / 2, size / 2) if centred else None)
