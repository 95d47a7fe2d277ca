"""InkML (W3C 2011): its traces as strokes.

Read are coordinates as they are, and as first and second differences (`'` and `"`, section 3.2.1). `!` ends
differences, `*` repeats a value. A truth (`<annotation type="truth">`, as the CROHME collections have it) is
the text.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.markup import Element, read_xml
from seqzoo.datasets.strokes.thinned import thinned
from seqzoo.errors import InputError

_VALUE = re.compile(
    r"\s*(?:([!'\"]?)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(\*))\s*"
)
CHANNELS = ("X", "Y")


def read_ink(path: Path, tolerance: float = 0.0) -> Drawing:
    """The drawing of an InkML file.

    Args:
        path: of the file.
        tolerance: of `thinned`, in the file's unit.

    Raises:
        InputError: naming file and line: on what is no InkML, channels without X and Y, or a value of another
            kind.
    """
    root = read_xml(path)
    if root.name != "ink":
        raise InputError(f"{path}:{root.line}: expected an element ink; got {root.name}")
    x, y = _places_of_channels(root, path)
    strokes = []
    for trace in root.every("trace"):
        try:
            rows = list(values_of(trace.text))
            stroke = np.array([(row[x], row[y]) for row in rows])
        except (ValueError, IndexError) as error:
            few = f"expected {max(x, y) + 1} values a point, or more"
            told = few if isinstance(error, IndexError) else error
            raise InputError(f"{path}:{trace.line}: trace: {told}") from None
        strokes.append(thinned(stroke, tolerance))
    return from_strokes(strokes, str(path), text=truth_of(root))


def _places_of_channels(root: Element, path: Path) -> tuple[int, int]:
    """Where X and Y stand among the values of a point."""
    formats = root.every("traceFormat")
    if not formats:
        return 0, 1
    orders = {
        tuple(c.attributes.get("name", "") for c in f.every("channel")) for f in formats
    }
    (names, *more) = orders
    if more or not set(CHANNELS) <= set(names):
        raise InputError(
            f"{path}:{formats[0].line}: traceFormat: expected one order of channels with X and Y; got "
            f"{' and '.join(' '.join(order) for order in sorted(orders))}"
        )
    return names.index("X"), names.index("Y")


def truth_of(root: Element) -> str:
    """The text that the whole drawing stands for, or ''."""
    truths = [
        child.text.strip()
        for child in root.children
        if child.name == "annotation" and child.attributes.get("type") == "truth"
    ]
    return truths[0] if len(truths) == 1 else ""


def values_of(text: str) -> Iterator[list[float]]:
    """The values of a trace's points, differences added up.

    Raises:
        ValueError: on a value of another kind, or points of different numbers of values.
    """
    kinds: list[str] = []
    values: list[float] = []
    speeds: list[float] = []
    for number, point in enumerate(part for part in text.split(",") if part.strip()):
        found = _split(point)
        if number == 0:
            kinds, speeds = ["!"] * len(found), [0.0] * len(found)
            values = [0.0] * len(found)
        if len(found) != len(values):
            raise ValueError(
                f"point {number}: expected {len(values)} values; got {len(found)}"
            )
        for place, (kind, value) in enumerate(found):
            if value is None:
                continue
            kinds[place] = kind or kinds[place]
            if kinds[place] == "!":
                speeds[place] = value - values[place] if number else 0.0
                values[place] = value
                continue
            change = value if kinds[place] == "'" else speeds[place] + value
            speeds[place], values[place] = change, values[place] + change
        yield list(values)


def _split(point: str) -> list[tuple[str, float | None]]:
    """Kind and number of each value of a point; `*` has no number."""
    found, place = [], 0
    while place < len(point):
        match = _VALUE.match(point, place)
        if match is None:
            raise ValueError(
                f"expected numbers, with !, ', \" or *; got {point.strip()[:20]!r}"
            )
        found.append((match[1] or "", None if match[3] else float(match[2])))
        place = match.end()
    return found
