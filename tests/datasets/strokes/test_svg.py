"""Paths of SVG: every command, curves within their tolerance, transforms, what is no stroke."""

import logging

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.strokes.svg import read_svg
from seqzoo.datasets.strokes.svg_matrix import matrix_of
from seqzoo.datasets.strokes.svg_path import flattened
from tests.datasets.strokes.test_drawing import nearest

RNG = np.random.default_rng(3)


def dense(controls, count=400):
    """A Bezier curve by Bernstein's polynomials."""
    from scipy.special import comb

    t, n = np.linspace(0, 1, count)[:, None], len(controls) - 1
    return sum(comb(n, k) * t**k * (1 - t) ** (n - k) * p for k, p in enumerate(controls))


@pytest.mark.parametrize("letter", ["C", "Q"])
@pytest.mark.parametrize("tolerance", [0.01, 1.0])
def test_lines_stay_within_the_tolerance_of_their_curve(letter, tolerance):
    for _ in range(6):
        controls = RNG.normal(0, 30, (4 if letter == "C" else 3, 2))
        first, *rest = (",".join(map(repr, map(float, c))) for c in controls)
        (line,) = flattened(f"M{first} {letter}{' '.join(rest)}", tolerance)
        np.testing.assert_allclose(line[[0, -1]], controls[[0, -1]])
        assert (
            max(nearest(point, line) for point in dense(controls, 150)) <= tolerance + 1e-9
        )


def test_flat_curves_are_few_lines():
    assert len(flattened("M0,0C1,0,2,0,3,0", 0.1)[0]) == 2


EQUAL = {  # two ways to say the same
    "relative lines": ("M1,2 L4,6 H9 V1", "m1,2l3,4h5v-5"),
    "no gaps": ("M1 2L3 -4L.5 .5", "M1,2L3-4L.5.5"),
    "numbers go on": ("M1,2 L3,4 L5,6", "M1,2 3,4 5,6"),
    "relative go on": ("M1,2 L3,4 L5,6", "m1,2 2,2 2,2"),
    "relative cubics": ("M1,1C2,3,4,5,6,6", "m1,1c1,2,3,4,5,5"),
    "smooth cubics": ("M0,0C1,1,2,2,3,1 C4,0,5,5,6,6", "M0,0C1,1,2,2,3,1S5,5,6,6"),
    "smooth behind another": ("M0,0L3,1C3,1,5,5,6,6", "M0,0L3,1S5,5,6,6"),
    "smooth behind a quadratic": ("M0,0Q1,5,3,1C3,1,5,5,6,6", "M0,0Q1,5,3,1S5,5,6,6"),
    "smooth quadratics": ("M0,0Q1,2,4,0 Q7,-2,8,0", "M0,0Q1,2,4,0T8,0"),
    "exponents": ("M100,0.02L1,1", "M1e2,2E-2L1,1"),
    "flags without gaps": ("M0,0A2 2 0 0 1 2 2", "M0,0a2,2,0,012,2"),
}


@pytest.mark.parametrize("name", EQUAL)
def test_short_forms_say_the_same_as_long_ones(name):
    one, other = (flattened(d, 0.01) for d in EQUAL[name])
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-9)


def test_a_path_that_moves_or_closes_is_several_strokes():
    parts = flattened("M0,0 L1,0 L1,1 Z L5,5 M7,7 l1,0 M9,9", 0.1)
    expected = [[(0, 0), (1, 0), (1, 1), (0, 0)], [(0, 0), (5, 5)], [(7, 7), (8, 7)]]
    assert [list(map(tuple, part)) for part in parts] == expected


@pytest.mark.parametrize(
    ("flags", "middle"),
    [("0 1", (1, -1)), ("0 0", (1, 1)), ("1 1", (1, -1)), ("1 0", (1, 1))],
)
def test_half_a_circle_goes_the_way_of_its_flags(flags, middle):
    (line,) = flattened(f"M0,0A1,1,0,{flags},2,0", 0.001)
    np.testing.assert_allclose(np.hypot(*(line - [1, 0]).T), 1, atol=1e-9)
    assert nearest(np.array(middle, float), line) < 0.001


def test_arcs_lie_on_their_ellipse_and_are_as_long_as_asked():
    """Quarter and three quarters of a turned ellipse; too small radii grow."""
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    begin, end = turn @ [3, 0], turn @ [0, 2]
    for large, wanted in ((0, 0.25), (1, 0.75)):
        first = f"{float(begin[0])!r},{float(begin[1])!r}"
        ends = f"{float(end[0])!r},{float(end[1])!r}"
        sweep = 1 - large
        (line,) = flattened(f"M{first}A3,2,30,{large},{sweep},{ends}", 0.001)
        x, y = (line @ turn).T
        np.testing.assert_allclose((x / 3) ** 2 + (y / 2) ** 2, 1, atol=1e-9)
        turns = np.unwrap(np.arctan2(y / 2, x / 3))
        assert abs(turns[-1] - turns[0]) / (2 * np.pi) == pytest.approx(wanted)
    (line,) = flattened("M0,0A1,1,0,0,1,10,0", 0.001)
    np.testing.assert_allclose(np.hypot(*(line - [5, 0]).T), 5, atol=1e-9)
    assert len(flattened("M0,0A0,1,0,0,1,10,0", 0.001)[0]) == 2


@pytest.mark.parametrize(
    ("d", "message"),
    [
        ("L1,1", r"^character 0: expected M or m first; got L$"),
        ("M1,1 X2", r"^character 5: expected a command; got 'X2'$"),
        ("M1", r"^character 2: M: expected a number; got ''$"),
        ("M1,1 L2,b", r"^character 8: L: expected a number; got 'b'$"),
        ("M0,0A1,1,0,2,0,3,3", r"^character 11: A: expected a flag 0 or 1"),
        ("M0,0L1e999,0", r"^character 12: L: expected finite numbers$"),
        ("M0,0C1e30,0,0,1e30,5,5", r"^character 4: a curve of .* lines; expected at most"),
    ],
)
def test_what_is_no_path_is_refused_with_its_place(d, message):
    with pytest.raises(ValueError, match=message):
        flattened(d, 0.1)


def test_transforms_are_those_of_their_matrices():
    point = np.array([2.0, 3.0, 1.0])

    def moved(transform):
        return (matrix_of(transform) @ point)[:2]

    np.testing.assert_allclose(moved(""), [2, 3])
    np.testing.assert_allclose(moved("translate(5)"), [7, 3])
    np.testing.assert_allclose(moved("scale(2)"), [4, 6])
    np.testing.assert_allclose(moved("scale(2,-1)"), [4, -3])
    np.testing.assert_allclose(moved("rotate(90)"), [-3, 2])
    np.testing.assert_allclose(moved("rotate(90, 2, 0)"), [-1, 0])
    np.testing.assert_allclose(moved("skewX(45)"), [5, 3])
    np.testing.assert_allclose(moved("skewY(45)"), [2, 5])
    np.testing.assert_allclose(moved("matrix(1 2 3 4 5 6)"), [16, 22])
    np.testing.assert_allclose(moved("translate(1,1), scale(2)"), [5, 7])
    for wrong in ("turn(3)", "rotate(1,2)", "scale()", "scale(2"):
        with pytest.raises(ValueError, match=r"^transform: "):
            matrix_of(wrong)
    with pytest.raises(ValueError, match=r"could not convert"):
        matrix_of("scale(a)")


SVG = """<svg xmlns="http://www.w3.org/2000/svg"><defs><path d="M0,0L99,99"/></defs>
<g transform="translate(10,0)"><path d="M0,0 L1,0" transform="scale(2)"/>
<polyline points="0,0 3,4"/><rect width="5"/></g>
<line x2="7"/><polygon points="0 0 1 0 1 1"/></svg>"""


def test_a_file_s_strokes_stand_in_its_order(tmp_path, caplog):
    path = tmp_path / "a.svg"
    path.write_text(SVG)
    with caplog.at_level(logging.WARNING, "seqzoo"):
        drawing = read_svg(path)
    assert "a.svg: no strokes, left out: rect" in caplog.text
    expected = [
        [(0, 0), (2, 0)],  # the first point is the origin: 10, 0
        [(0, 0), (3, 4)],
        [(-10, 0), (-3, 0)],
        [(-10, 0), (-9, 0), (-9, 1), (-10, 0)],
    ]
    assert [list(map(tuple, s.tolist())) for s in drawing.strokes] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html/>", r"a\.svg:1: expected an element svg; got html$"),
        ("<svg/>", r"a\.svg: expected a stroke; got none$"),
        (
            '<svg>\n<path d="M1"/></svg>',
            r"a\.svg:2: path: character 2: M: expected a number",
        ),
        ('<svg><g transform="x"/></svg>', r"a\.svg:1: g: transform: expected matrix"),
        ('<svg><line x1="b"/></svg>', r"a\.svg:1: line: could not convert"),
        (
            '<svg><polyline points="1"/></svg>',
            r"a\.svg:1: polyline: points: expected pairs",
        ),
    ],
)
def test_errors_name_file_and_line(content, message, tmp_path):
    (tmp_path / "a.svg").write_text(content)
    with pytest.raises(InputError, match=message):
        read_svg(tmp_path / "a.svg")
