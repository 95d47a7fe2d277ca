"""Made drawings: shapes beside each other that a program draws, for tests and first steps."""

from collections.abc import Callable

import numpy as np

from seqzoo.datasets.strokes.drawing import Drawing, from_strokes

Shape = Callable[[np.random.Generator], list[np.ndarray]]
MOST, WIDE = 3, 26.0  # shapes of a drawing, and how far apart they stand
TREMBLE = 0.4  # deviation of a point


def _round(turns: float, begin: float, end: float) -> np.ndarray:
    """A line around the middle whose radius goes from `begin` to `end`."""
    t = np.linspace(0, 1, int(14 * turns) + 2)
    angle, radius = 2 * np.pi * turns * t - np.pi / 2, begin + (end - begin) * t
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _corners(count: int) -> np.ndarray:
    angle = 2 * np.pi * np.arange(count + 1) / count - np.pi / 2
    return 10 * np.column_stack([np.cos(angle), np.sin(angle)])


def _along(heights: list[float]) -> np.ndarray:
    return np.column_stack([np.linspace(-10, 10, len(heights)), heights])


SHAPES: dict[str, Shape] = {
    "circle": lambda _: [_round(1, 10, 10)],
    "cross": lambda _: [np.array([[-9, -9], [9, 9.0]]), np.array([[9, -9], [-9, 9.0]])],
    "plus": lambda _: [np.array([[-10, 0], [10, 0.0]]), np.array([[0, -10], [0, 10.0]])],
    "spiral": lambda _: [_round(2, 1, 10)],
    "square": lambda _: [_corners(4) @ np.array([[1, 1], [-1, 1]]) * 0.7],
    "triangle": lambda _: [_corners(3)],
    "waves": lambda r: [
        _along(list(6 * np.sin(np.linspace(0, 4 * np.pi, 17) + r.normal() / 4)))
    ],
    "zigzag": lambda r: [_along([8 * (-1.0) ** n for n in range(int(r.integers(5, 8)))])],
}


def made_drawings(count: int, seed: int) -> list[Drawing]:
    """Drawings of one to three shapes, whose names are the text.

    Args:
        count: of drawings.
        seed: of all that is drawn by chance.
    """
    return [
        _drawing(np.random.default_rng((seed, number)), number) for number in range(count)
    ]


def _drawing(random: np.random.Generator, number: int) -> Drawing:
    names = [
        str(name) for name in random.choice(list(SHAPES), random.integers(1, MOST + 1))
    ]
    strokes = []
    for place, name in enumerate(names):
        size = random.normal(1, 0.1)
        middle = random.normal(0, 1.5, 2) + np.array([WIDE * place, 0.0])
        for stroke in SHAPES[name](random):
            strokes.append(stroke * size + middle + random.normal(0, TREMBLE, stroke.shape))
    where = f"made drawing {number}"
    return from_strokes(strokes, where, names, " ".join(names), origin=(0, 0))
