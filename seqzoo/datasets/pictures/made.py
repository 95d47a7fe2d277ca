"""Made pictures: one or two coloured shapes that a program draws, for tests and first steps."""

from typing import Any

import numpy as np

from seqzoo.datasets.pictures.picture import Picture

SIDE = 64
COLOURS = {
    "red": (214, 48, 49),
    "green": (39, 134, 66),
    "blue": (41, 98, 255),
    "yellow": (241, 196, 15),
    "purple": (142, 68, 173),
    "black": (20, 20, 20),
}
PLACES = ("left of", "above")


def _circle(pen: Any, x: float, y: float, r: float, colour: Any) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def _square(pen: Any, x: float, y: float, r: float, colour: Any) -> None:
    pen.rectangle((x - 0.9 * r, y - 0.9 * r, x + 0.9 * r, y + 0.9 * r), fill=colour)


def _triangle(pen: Any, x: float, y: float, r: float, colour: Any) -> None:
    pen.polygon([(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)], fill=colour)


def _cross(pen: Any, x: float, y: float, r: float, colour: Any) -> None:
    width = max(2, round(0.5 * r))
    pen.line((x - r, y, x + r, y), fill=colour, width=width)
    pen.line((x, y - r, x, y + r), fill=colour, width=width)


SHAPES = {"circle": _circle, "square": _square, "triangle": _triangle, "cross": _cross}


def made_pictures(count: int, seed: int) -> list[Picture]:
    """Pictures of one shape, or of two beside or above each other, whose captions say so.

    Args:
        count: of pictures.
        seed: of all that is drawn by chance.
    """
    return [
        _picture(np.random.default_rng((seed, number)), number) for number in range(count)
    ]


def _picture(random: np.random.Generator, number: int) -> Picture:
    pairs = [
        (str(random.choice(list(COLOURS))), str(random.choice(list(SHAPES))))
        for _ in range(2)
    ]
    kind = str(random.choice(["alone", *PLACES], p=[0.2, 0.4, 0.4]))
    said = [f"a {colour} {shape}" for colour, shape in pairs]
    caption = said[0] if kind == "alone" else f"{said[0]} {kind} {said[1]}"
    if kind == "alone":
        places = [(0.5, 0.5)]
    else:
        places = (
            [(0.27, 0.5), (0.73, 0.5)] if kind == PLACES[0] else [(0.5, 0.27), (0.5, 0.73)]
        )
    seed = int(random.integers(2**32))

    def read() -> np.ndarray:
        return _drawn(pairs[: len(places)], places, np.random.default_rng(seed))

    words = tuple(caption.split())
    return Picture(read, (caption,), f"made picture {number}", caption, words)


def _drawn(
    pairs: list[tuple[str, str]],
    places: list[tuple[float, float]],
    random: np.random.Generator,
) -> np.ndarray:
    """uint8 (64, 64, 3)."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(image)
    for (colour, shape), place in zip(pairs, places, strict=True):
        x, y = SIDE * np.array(place) + random.normal(0, 2.0, 2)
        SHAPES[shape](pen, x, y, random.uniform(9, 13), COLOURS[colour])
    return np.array(image)
