"""Fewer points of a stroke: Ramer 1972, Douglas & Peucker 1973."""

import numpy as np


def thinned(stroke: np.ndarray, tolerance: float) -> np.ndarray:
    """The points of a stroke that it needs, so that none of the others is farther from its lines than that.

    Args:
        stroke: float (points, 2).
        tolerance: in the stroke's unit; 0 keeps all points.

    Returns:
        float (fewer, 2); first and last point stay.
    """
    if len(stroke) < 3 or not tolerance:
        return stroke
    needed = np.zeros(len(stroke), bool)
    needed[[0, -1]] = True
    pieces = [(0, len(stroke) - 1)]
    while pieces:
        begin, end = pieces.pop()
        if end - begin < 2:
            continue
        away = distances(stroke[begin + 1 : end], stroke[begin], stroke[end])
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance:
            middle = begin + 1 + farthest
            needed[middle] = True
            pieces += [(begin, middle), (middle, end)]
    return stroke[needed]


def distances(points: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How far points (many, 2) are from a line between two points (2,), float (many,)."""
    line, from_begin = end - begin, points - begin
    length = float(line @ line)
    if length == 0:
        return np.hypot(*from_begin.T)
    along = np.clip(from_begin @ line / length, 0, 1)
    return np.hypot(*(from_begin - along[:, None] * line).T)
