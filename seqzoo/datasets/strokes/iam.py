"""Lines of the IAM On-Line Handwriting Database (Liwicki & Bunke 2005), for those who have it.

`lineStrokes/a01/a01-000/a01-000u-01.xml` holds the strokes of the first line of the form a01-000u;
`ascii/a01/a01-000/a01-000u.txt` beside it, behind a line `CSR:`, what the form's lines say.
"""

from pathlib import Path

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.markup import Element, read_xml
from seqzoo.datasets.strokes.thinned import thinned
from seqzoo.errors import InputError

ROOT, STROKES = "WhiteboardCaptureSession", "StrokeSet"
LINES, TEXTS, CORRECTED = "lineStrokes", "ascii", "CSR:"


def read_iam(path: Path, tolerance: float = 0.0) -> Drawing:
    """A line, with its transcript's characters where the folder `ascii` is there.

    Args:
        path: of a file of `lineStrokes`.
        tolerance: of `thinned`, in the pad's unit.

    Raises:
        InputError: naming file and line: on another form, or a transcript without the line.
    """
    root = read_xml(path)
    if root.name != ROOT:
        raise InputError(f"{path}:{root.line}: expected an element {ROOT}; got {root.name}")
    sets = root.every(STROKES)
    if len(sets) != 1:
        raise InputError(f"{path}: expected one element {STROKES}; got {len(sets)}")
    strokes = [
        np.array([_place(point, path) for point in stroke.every("Point")])
        for stroke in sets[0].every("Stroke")
    ]
    thin = [thinned(stroke, tolerance) for stroke in strokes]
    return from_strokes(thin, str(path), text=transcript_of(path) or "")


def _place(point: Element, path: Path) -> tuple[float, float]:
    given = point.attributes
    try:
        return float(given["x"]), float(given["y"])
    except (KeyError, ValueError):
        raise InputError(
            f"{path}:{point.line}: Point: expected numbers x and y; got {given}"
        ) from None


def transcript_of(path: Path) -> str | None:
    """What a line says; None: there is no folder of transcripts beside `lineStrokes`.

    Raises:
        InputError: if the transcript of the form is not there, or has no such line.
    """
    parts = path.parts
    if LINES not in parts:
        return None
    place = len(parts) - 1 - parts[::-1].index(LINES)
    texts = Path(*parts[:place], TEXTS)
    if not texts.is_dir():
        return None
    form, _, number = path.stem.rpartition("-")
    file = texts.joinpath(*parts[place + 1 : -1], f"{form}.txt")
    if not file.is_file() or not number.isdecimal():
        raise InputError(f"{path}: expected its transcript as {file}; there is none")
    lines = corrected_lines(file)
    if not 1 <= int(number) <= len(lines):
        raise InputError(f"{file}: expected a line {number}; got {len(lines)} lines")
    return lines[int(number) - 1]


def corrected_lines(file: Path) -> list[str]:
    """The lines behind `CSR:`, empty ones left out.

    Raises:
        InputError: if there is no `CSR:`.
    """
    lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    if CORRECTED not in lines:
        raise InputError(f"{file}: expected a line {CORRECTED}; got none")
    return [line for line in lines[lines.index(CORRECTED) + 1 :] if line]
