"""SVG: its paths as strokes, in the order of the file, which is the order of writing."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.markup import Element, read_xml
from seqzoo.datasets.strokes.svg_matrix import matrix_of
from seqzoo.datasets.strokes.svg_path import flattened
from seqzoo.datasets.strokes.thinned import thinned
from seqzoo.errors import InputError

FLATNESS = 0.1  # of a curve, in the file's unit
# What is no drawing, or is drawn elsewhere in the file.
UNDRAWN = {"defs", "clipPath", "mask", "marker", "pattern", "symbol"}
NO_STROKES = {"rect", "circle", "ellipse", "image", "use", "text"}

log = logging.getLogger("seqzoo")


def read_svg(path: Path, tolerance: float = 0.0) -> Drawing:
    """The drawing of an SVG file.

    Paths, lines, polylines and polygons are strokes; a path that moves its pen is several. Others
    (rectangles, circles, texts, pictures) are left out; the log `seqzoo` names them.

    Args:
        path: of the file.
        tolerance: of `thinned`, in the file's unit.

    Raises:
        InputError: naming file and line: on what is no SVG, or a path that is none.
    """
    root = read_xml(path)
    if root.name != "svg":
        raise InputError(f"{path}:{root.line}: expected an element svg; got {root.name}")
    left_out: set[str] = set()
    strokes = list(strokes_in(root, str(path), left_out))
    if left_out:
        log.warning("%s: no strokes, left out: %s", path, ", ".join(sorted(left_out)))
    return from_strokes([thinned(stroke, tolerance) for stroke in strokes], str(path))


def strokes_in(
    element: Element, where: str, left_out: set[str], matrix: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """The strokes of an element and all inside it.

    Args:
        element: of SVG.
        where: the file; begins errors.
        left_out: gets the names of what has no strokes.
        matrix: float (3, 3), what is around it does to its coordinates; None: nothing.

    Yields:
        float64 (points, 2).

    Raises:
        InputError: naming file and line: on a path or a transform that is none.
    """
    if element.name in UNDRAWN:
        return
    if element.name in NO_STROKES:
        left_out.add(element.name)
        return
    try:
        own = matrix_of(element.attributes.get("transform", ""))
        matrix = own if matrix is None else matrix @ own
        strokes = _own(element)
    except ValueError as error:
        raise InputError(f"{where}:{element.line}: {element.name}: {error}") from None
    for stroke in strokes:
        yield stroke @ matrix[:2, :2].T + matrix[:2, 2]
    for child in element.children:
        yield from strokes_in(child, where, left_out, matrix)


def _own(element: Element) -> list[np.ndarray]:
    """The strokes of an element itself."""
    given = element.attributes
    if element.name == "path":
        return flattened(given.get("d", ""), FLATNESS)
    if element.name == "line":
        ends = [float(given.get(name, 0)) for name in ("x1", "y1", "x2", "y2")]
        return [np.array(ends).reshape(2, 2)]
    if element.name not in ("polyline", "polygon"):
        return []
    numbers = [float(n) for n in given.get("points", "").replace(",", " ").split()]
    if len(numbers) % 2:
        raise ValueError(f"points: expected pairs of numbers; got {len(numbers)} numbers")
    points = np.array(numbers).reshape(-1, 2)
    if element.name == "polygon" and len(points):
        points = np.concatenate([points, points[:1]])
    return [points] if len(points) else []
