"""A drawing: offsets of a pen, and the strokes that they make."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seqzoo.errors import InputError

MOST_POINTS = 100_000  # of a drawing
FARTHEST = 1e7  # a coordinate: float32 still tells neighbours apart


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a pen drew.

    Attributes:
        points: float32 (points, 3): dx, dy, and 1 where the pen is lifted after the point, else 0 (stroke-3,
            as Ha & Eck 2018 have it). y grows downwards. The first offset is from the drawing's origin.
        where: it stands; begins errors.
        text: its tokens: characters of a transcript, or components of a character.
        name: what it is called, as the character itself.
    """

    points: np.ndarray
    where: str
    text: tuple[str, ...] = field(default=())
    name: str = ""

    @property
    def strokes(self) -> list[np.ndarray]:
        """Its strokes, float32 (points, 2) each, measured from the origin."""
        return strokes_of(self.points)


def from_strokes(
    strokes: Sequence[np.ndarray],
    where: str,
    text: Sequence[str] = (),
    name: str = "",
    origin: Sequence[float] | None = None,
) -> Drawing:
    """A drawing of strokes.

    Args:
        strokes: float (points, 2) each, in the order of writing; empty ones are left out.
        where: they stand; begins errors.
        text, name: see `Drawing`.
        origin: what offsets begin from; None: the first point.

    Raises:
        InputError: if there is no point, or one that is not finite or far out, or too many.
    """
    kept = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    kept = [stroke for stroke in kept if len(stroke)]
    if not kept:
        raise InputError(f"{where}: expected a stroke; got none")
    places = np.concatenate(kept)
    if len(places) > MOST_POINTS:
        raise InputError(
            f"{where}: expected at most {MOST_POINTS:,} points; got {len(places):,}"
        )
    if not (np.abs(places) <= FARTHEST).all():  # a NaN is not
        raise InputError(f"{where}: expected coordinates of at most {FARTHEST:g}")

    first = places[0] if origin is None else np.asarray(origin, np.float64)
    offsets = np.diff(places, axis=0, prepend=first[None])
    lifted = np.zeros(len(places))
    lifted[np.cumsum([len(stroke) for stroke in kept]) - 1] = 1
    points = np.column_stack([offsets, lifted]).astype(np.float32)
    return Drawing(points, where, tuple(text), name)


def strokes_of(points: np.ndarray) -> list[np.ndarray]:
    """The strokes of offsets (points, 3), float32 (points, 2) each, measured from the origin."""
    places = np.cumsum(points[:, :2].astype(np.float64), axis=0)
    ends = np.flatnonzero(points[:, 2] > 0.5) + 1
    parts = np.split(places.astype(np.float32), ends)
    return [part for part in parts if len(part)]


def checked(points: np.ndarray, where: str) -> np.ndarray:
    """Offsets of a file or a caller, float32 (points, 3).

    Raises:
        InputError: on another shape, no point, too many, or numbers that can be none.
    """
    points = np.asarray(points)
    if points.dtype.kind not in "iuf" or points.ndim != 2 or points.shape[1] != 3:
        raise InputError(
            f"{where}: expected numbers (points, 3): dx, dy, pen lifted; got "
            f"{points.dtype} {points.shape}"
        )
    if not 0 < len(points) <= MOST_POINTS:
        raise InputError(
            f"{where}: expected 1 to {MOST_POINTS:,} points; got {len(points):,}"
        )
    sound = np.isfinite(points).all(axis=1) & np.isin(points[:, 2], (0, 1))
    sound &= (np.abs(points[:, :2]) <= FARTHEST).all(axis=1)
    if not sound.all():
        row = int(np.argmin(sound))
        raise InputError(
            f"{where}: point {row}: expected finite offsets and a pen of 0 or 1; got "
            f"{points[row].tolist()}"
        )
    return points.astype(np.float32)
