"""The `d` of an SVG path as polylines: SVG 2, chapter 9; curves flattened within a tolerance."""

import itertools
import math
import re
from collections.abc import Callable

import numpy as np

MOST_SEGMENTS = 10_000  # of one curve
_COMMAND = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])")
_NUMBER = re.compile(r"[\s,]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_FLAG = re.compile(r"[\s,]*([01])")
GAP = " \t\r\n,"  # between numbers
COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
CURVES = ("CS", "QT")  # a smooth curve takes over the control point of its own kind

Point = complex  # x + iy: the curves below are sums and products of points


def flattened(d: str, tolerance: float) -> list[np.ndarray]:
    """The subpaths of a path.

    Args:
        d: the attribute.
        tolerance: how far a line may be from its curve, in the path's unit.

    Returns:
        float64 (points, 2) each; a closed one ends where it began.

    Raises:
        ValueError: on what is no path, naming the place in it.
    """
    pen = _Pen(tolerance)
    for place, command, numbers in commands(d):
        try:
            pen.follow(command, numbers)
        except ValueError as error:
            raise ValueError(f"character {place}: {error}") from None
    # A move alone draws nothing.
    drawn = [part for part in pen.parts if len(part) > 1]
    return [np.array([(p.real, p.imag) for p in part]) for part in drawn]


def commands(d: str) -> list[tuple[int, str, list[float]]]:
    """Where each command begins, its letter and its numbers; what may be left out is repeated.

    Raises:
        ValueError: on what is no path, naming the place in it.
    """
    found: list[tuple[int, str, list[float]]] = []
    place, end = 0, len(d.rstrip(GAP))
    while place < end:
        match = _COMMAND.match(d, place)
        if match is None:
            raise ValueError(
                f"{_place(d, place)}: expected a command; got {_rest(d, place)}"
            )
        letter, begin, place = match[1], match.start(1), match.end()
        if not found and letter not in "Mm":
            raise ValueError(f"character {begin}: expected M or m first; got {letter}")
        while True:
            numbers, place = _numbers(d, place, letter)
            found.append((begin, letter, numbers))
            # Numbers behind those of a move are those of lines.
            letter = {"M": "L", "m": "l"}.get(letter, letter)
            if letter in "Zz" or place >= end or not _NUMBER.match(d, place):
                break
    return found


def _numbers(d: str, place: int, letter: str) -> tuple[list[float], int]:
    """The numbers of one command, and where they end."""
    numbers = []
    for number in range(COUNTS[letter.upper()]):
        flag = letter in "Aa" and number in (
            3,
            4,
        )  # they may stand without a gap: a1 1 0 012 2
        match = (_FLAG if flag else _NUMBER).match(d, place)
        if match is None:
            kind = "a flag 0 or 1" if flag else "a number"
            raise ValueError(
                f"{_place(d, place)}: {letter}: expected {kind}; got {_rest(d, place)}"
            )
        numbers.append(float(match[1]))
        place = match.end()
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"character {place}: {letter}: expected finite numbers")
    return numbers, place


def _place(d: str, place: int) -> str:
    """Where something is wrong, for errors: behind the gap."""
    return f"character {len(d) - len(d[place:].lstrip(GAP))}"


def _rest(d: str, place: int) -> str:
    """What stands there."""
    return repr(d[place:].lstrip(GAP)[:10])


class _Pen:
    """Follows commands: where it is, where the subpath began, and the last control point."""

    def __init__(self, tolerance: float):
        self.tolerance = tolerance
        self.parts: list[list[Point]] = []
        self.at = self.begin = 0j
        self.closed = False
        self.control: Point | None = None
        self.curve = (
            ""  # the last command's kind: only its own kind takes over a control point
        )
        self.steps: dict[str, Callable[[list[float], Point], None]] = {
            "M": self.move, "L": self.line, "H": self.across, "V": self.down, "C": self.cubic,
            "S": self.smooth_cubic, "Q": self.quadratic, "T": self.smooth_quadratic, "A": self.arc,
            "Z": self.close,
        }  # fmt: skip

    def follow(self, command: str, numbers: list[float]) -> None:
        kind = command.upper()
        base = self.at if command.islower() else 0j
        if not any(kind in curves and self.curve in curves for curves in CURVES):
            self.control = None
        self.curve = kind
        self.steps[kind](numbers, base)

    def to(self, *points: Point) -> None:
        """Draw lines."""
        if self.closed:
            self.parts.append([self.at])
        self.closed = False
        self.parts[-1] += points
        self.at = points[-1]

    def move(self, numbers: list[float], base: Point) -> None:
        (self.at,) = _points(numbers, base)
        self.begin, self.closed = self.at, False
        self.parts.append([self.at])

    def line(self, numbers: list[float], base: Point) -> None:
        self.to(*_points(numbers, base))

    def across(self, numbers: list[float], base: Point) -> None:
        self.to(complex(base.real + numbers[0], self.at.imag))

    def down(self, numbers: list[float], base: Point) -> None:
        self.to(complex(self.at.real, base.imag + numbers[0]))

    def cubic(self, numbers: list[float], base: Point) -> None:
        self.bend(*_points(numbers, base))

    def smooth_cubic(self, numbers: list[float], base: Point) -> None:
        self.bend(self.reflected, *_points(numbers, base))

    def quadratic(self, numbers: list[float], base: Point) -> None:
        self.bend(*_points(numbers, base))

    def smooth_quadratic(self, numbers: list[float], base: Point) -> None:
        self.bend(self.reflected, *_points(numbers, base))

    def arc(self, numbers: list[float], base: Point) -> None:
        radii, turn, (large, sweep) = numbers[:2], numbers[2], numbers[3:5]
        (end,) = _points(numbers[5:], base)
        points = arc_points(
            self.at, end, radii, turn, bool(large), bool(sweep), self.tolerance
        )
        self.to(*points)

    def close(self, _numbers: list[float], _base: Point) -> None:
        self.to(self.begin)
        self.closed = True

    @property
    def reflected(self) -> Point:
        """The last control point, mirrored at where the pen is."""
        return self.at if self.control is None else 2 * self.at - self.control

    def bend(self, *controls: Point) -> None:
        """Draw a Bezier curve from where the pen is."""
        points = bezier((self.at, *controls), self.tolerance)
        self.to(*points)
        self.control = controls[-2]


def _points(numbers: list[float], base: Point) -> list[Point]:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [base + complex(x, y) for x, y in pairs]


def bezier(controls: tuple[Point, ...], tolerance: float) -> list[Point]:
    """Points along a Bezier curve behind its first, so near that lines stay within the tolerance.

    As many as Wang's bound asks for: sqrt(d (d - 1) M / (8 tolerance)) segments, M the largest second
    difference of the control points (Wang 1984).
    """
    degree = len(controls) - 1
    triples = zip(controls, controls[1:], controls[2:], strict=False)
    bend = max(abs(a - 2 * b + c) for a, b, c in triples)
    count = _segments(math.sqrt(degree * (degree - 1) * bend / (8 * tolerance)))
    t = np.arange(1, count + 1) / count
    level = [np.full(count, control) for control in controls]
    while len(level) > 1:  # de Casteljau
        level = [a + t * (b - a) for a, b in itertools.pairwise(level)]
    points = level[0].tolist()
    points[-1] = controls[-1]
    return points


def arc_points(
    begin: Point,
    end: Point,
    radii: list[float],
    turn: float,
    large: bool,
    sweep: bool,
    tolerance: float,
) -> list[Point]:
    """Points along an elliptic arc behind its first: SVG 2, appendix B.2.4 and B.2.5.

    Args:
        begin, end: of the arc.
        radii: of the ellipse; too small ones grow, without them it is a line.
        turn: of the ellipse, in degrees.
        large, sweep: the flags.
        tolerance: how far a line may be from the arc.
    """
    rx, ry = map(abs, radii)
    if begin == end or not rx or not ry:
        return [end]
    turned = complex(math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    # In the ellipse's own axes, scaled to a circle of radius 1.
    half = (begin - end) / 2 / turned
    half = complex(half.real / rx, half.imag / ry)
    grow = max(1.0, abs(half))
    half /= grow
    aside = math.sqrt(max(0.0, 1 / abs(half) ** 2 - 1)) if half else 0.0
    center = half * complex(0, -aside if large != sweep else aside)
    first, last = half - center, -half - center
    swept = math.atan2((last / first).imag, (last / first).real)
    if sweep and swept < 0:
        swept += 2 * math.pi
    elif not sweep and swept > 0:
        swept -= 2 * math.pi

    rx, ry = rx * grow, ry * grow
    # A chord of angle a is r (1 - cos(a / 2)), about r a^2 / 8, from its arc.
    count = _segments(abs(swept) * math.sqrt(max(rx, ry) / (8 * tolerance)))
    angles = swept * np.arange(1, count + 1) / count
    circle = center + first * np.exp(1j * angles)
    middle = (begin + end) / 2
    points = middle + turned * (circle.real * rx + 1j * circle.imag * ry)
    return [*points[:-1].tolist(), end]


def _segments(wanted: float) -> int:
    if not wanted <= MOST_SEGMENTS:
        raise ValueError(
            f"a curve of {wanted:.3g} lines; expected at most {MOST_SEGMENTS:,}"
        )
    return max(1, math.ceil(wanted))
