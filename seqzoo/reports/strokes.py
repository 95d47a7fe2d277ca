"""Drawings of a pen as pictures: SVG, PNG, and GIF that is written stroke by stroke."""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import unknown_name
from seqzoo.system.files import replacing

EDGE = 0.08  # of the larger side, around the drawing
LARGEST = 4000  # pixels of a side
HEIGHT = 240  # pixels of a picture's drawing
FRAMES = 60  # of a GIF at most
ENDINGS = (".gif", ".png", ".svg")


def box_of(strokes: Sequence[np.ndarray]) -> tuple[float, float, float, float]:
    """Left, top, width and height of strokes (points, 2), with an edge."""
    points = np.concatenate(strokes) if strokes else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    edge = EDGE * max(*(high - low), 1e-3)
    left, top = low - edge
    width, height = high - low + 2 * edge
    return float(left), float(top), float(width), float(height)


def svg_pieces(strokes: Sequence[np.ndarray]) -> Iterator[str]:
    """An SVG of strokes (points, 2), a line for its head, each stroke and its end."""
    left, top, width, height = box_of(strokes)
    pen = max(width, height) / 60
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.2f} {top:.2f} {width:.2f} {height:.2f}" '
        f'fill="none" stroke="black" stroke-width="{pen:.2f}" stroke-linecap="round" '
        'stroke-linejoin="round">\n'
    )
    for stroke in strokes:
        places = [f"{x:.2f},{y:.2f}" for x, y in stroke.tolist()]
        # A point alone is a line to itself: its round ends are a dot.
        places = places * 2 if len(places) == 1 else places
        yield f'<path d="M{" L".join(places)}"/>\n'
    yield "</svg>\n"


def json_pieces(strokes: Sequence[np.ndarray]) -> Iterator[str]:
    """Lines of JSON: the box of strokes (points, 2), then the points of each stroke."""
    yield json.dumps({"box": [round(each, 2) for each in box_of(strokes)]}) + "\n"
    for stroke in strokes:
        yield json.dumps({"stroke": np.round(stroke.astype(float), 2).tolist()}) + "\n"


def write(path: Path, strokes: Sequence[np.ndarray]) -> None:
    """Write a picture of strokes.

    Args:
        path: of the file, which is replaced whole; its ending says the format.
        strokes: float (points, 2) each, in the order of writing; y grows downwards.

    Raises:
        InputError: on another ending.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise unknown_name(f"{path}: ending", path.suffix, ENDINGS)
    with replacing(path) as file:
        if ending == ".svg":
            file.write("".join(svg_pieces(strokes)).encode())
        elif ending == ".png":
            _frames(strokes, 1)[-1].save(file, format="PNG")
        else:
            frames = _frames(strokes, FRAMES)
            times = [60] * (len(frames) - 1) + [1500]  # milliseconds
            frames[0].save(
                file,
                format="GIF",
                save_all=True,
                append_images=frames[1:],
                duration=times,
                loop=0,
            )


def _frames(strokes: Sequence[np.ndarray], most: int) -> list[Any]:
    """Pictures of Pillow's, each with more of the drawing; the last has all."""
    from PIL import Image, ImageDraw

    left, top, width, height = box_of(strokes)
    scale = min(HEIGHT / height, LARGEST / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.new("L", size, 255)
    pen, frames = ImageDraw.Draw(picture), []
    lines = [line for stroke in strokes for line in _lines(stroke, left, top, scale)]
    every = max(1, -(-len(lines) // most))
    for number, line in enumerate(lines, 1):
        pen.line(line, fill=0, width=max(1, round(HEIGHT / 60)), joint="curve")
        if number % every == 0 or number == len(lines):
            frames.append(picture.copy())
    return frames or [picture]


def _lines(
    stroke: np.ndarray, left: float, top: float, scale: float
) -> list[list[tuple[float, float]]]:
    """The lines of a stroke in pixels; a point alone is a short one."""
    places = [((x - left) * scale, (y - top) * scale) for x, y in stroke.tolist()]
    if len(places) == 1:
        x, y = places[0]
        return [[(x - 1, y), (x + 1, y)]]
    return [list(pair) for pair in itertools.pairwise(places)]
