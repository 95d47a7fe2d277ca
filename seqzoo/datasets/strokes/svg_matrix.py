"""The attribute `transform` of SVG as a matrix: CSS Transforms 1, chapter 8."""

import math
import re

import numpy as np

_CALL = re.compile(r"[\s,]*([A-Za-z]+)\s*\(([^()]*)\)")
_GAP = re.compile(r"[\s,]+")
COUNTS = {
    "matrix": (6,), "translate": (1, 2), "scale": (1, 2), "rotate": (1, 3), "skewX": (1,), "skewY": (1,),
}  # fmt: skip


def matrix_of(transform: str) -> np.ndarray:
    """The matrix (3, 3) of a list of transforms; the last one is applied first.

    Raises:
        ValueError: on what is no transform.
    """
    matrix, place, end = np.eye(3), 0, len(transform.rstrip(" \t\r\n,"))
    while place < end:
        match = _CALL.match(transform, place)
        if match is None or match[1] not in COUNTS:
            raise ValueError(
                f"transform: expected {', '.join(COUNTS)}; got {transform[place:][:20]!r}"
            )
        matrix = matrix @ _single(match[1], match[2])
        place = match.end()
    return matrix


def _single(name: str, given: str) -> np.ndarray:
    """The matrix of one transform."""
    numbers = [float(number) for number in _GAP.split(given.strip()) if number]
    if len(numbers) not in COUNTS[name] or not all(map(math.isfinite, numbers)):
        raise ValueError(
            f"transform: {name}: expected {' or '.join(map(str, COUNTS[name]))} numbers; got {given!r}"
        )
    if name == "matrix":
        return _matrix(*numbers)
    if name == "translate":
        return _matrix(1, 0, 0, 1, numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if name == "scale":
        return _matrix(numbers[0], 0, 0, numbers[-1], 0, 0)
    angle = math.radians(numbers[0])
    if name == "skewX":
        return _matrix(1, 0, math.tan(angle), 1, 0, 0)
    if name == "skewY":
        return _matrix(1, math.tan(angle), 0, 1, 0, 0)
    x, y = numbers[1:] if len(numbers) > 1 else (0.0, 0.0)
    turn = _matrix(
        math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle), 0, 0
    )
    return _matrix(1, 0, 0, 1, x, y) @ turn @ _matrix(1, 0, 0, 1, -x, -y)


def _matrix(a: float, b: float, c: float, d: float, e: float, f: float) -> np.ndarray:
    """As SVG names the numbers of a matrix."""
    return np.array([[a, c, e], [b, d, f], [0, 0, 1]])
