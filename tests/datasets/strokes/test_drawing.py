"""Offsets and strokes, fewer points of them, and what is no drawing."""

from itertools import pairwise

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.strokes.drawing import checked, from_strokes
from seqzoo.datasets.strokes.thinned import distances, thinned

STROKES = [np.array([[10, 20], [13, 24]]), np.array([[5, 5], [6, 5], [6, 9]])]


def test_strokes_become_offsets_and_strokes_again():
    drawing = from_strokes(STROKES, "here", text="ab", origin=(0, 0))
    expected = [[10, 20, 0], [3, 4, 1], [-8, -19, 0], [1, 0, 0], [0, 4, 1]]
    np.testing.assert_array_equal(drawing.points, expected)
    assert drawing.points.dtype == np.float32 and drawing.text == ("a", "b")
    for found, stroke in zip(drawing.strokes, STROKES, strict=True):
        np.testing.assert_array_equal(found, stroke)


def test_without_an_origin_the_first_point_is_it():
    drawing = from_strokes([np.zeros((0, 2)), *STROKES], "here")
    np.testing.assert_array_equal(drawing.points[0], [0, 0, 0])
    np.testing.assert_array_equal(drawing.strokes[1][0], [-5, -15])


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([], r"^here: expected a stroke; got none$"),
        ([np.array([[0, np.nan]])], r"^here: expected coordinates of at most 1e\+07$"),
        ([np.array([[0, 1e9]])], r"^here: expected coordinates"),
        ([np.zeros((100_001, 2))], r"^here: expected at most 100,000 points; got 100,001$"),
    ],
)
def test_what_is_no_drawing_is_refused(strokes, message):
    with pytest.raises(InputError, match=message):
        from_strokes(strokes, "here")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((2, 2)), r"^x: expected numbers \(points, 3\).*got float64 \(2, 2\)$"),
        (np.array([["a"] * 3]), r"^x: expected numbers"),
        (np.zeros((0, 3)), r"^x: expected 1 to 100,000 points; got 0$"),
        (np.array([[0, 0, 0], [1, 1, 2]]), r"^x: point 1: .*got \[1, 1, 2\]$"),
        (np.array([[0, np.inf, 0.0]]), r"^x: point 0: expected finite offsets"),
    ],
)
def test_what_are_no_offsets_is_refused(points, message):
    with pytest.raises(InputError, match=message):
        checked(points, "x")


def nearest(point, line):
    """How far a point is from a polyline."""
    return min(distances(point[None], begin, end)[0] for begin, end in pairwise(line))


@pytest.mark.parametrize("tolerance", [0.0, 0.3, 2.0])
def test_no_point_is_farther_from_the_thinned_stroke_than_the_tolerance(tolerance):
    random = np.random.default_rng(0)
    for _ in range(20):
        stroke = np.cumsum(random.normal(size=(30, 2)), axis=0)
        fewer = thinned(stroke, tolerance)
        np.testing.assert_array_equal(fewer[[0, -1]], stroke[[0, -1]])
        assert max(nearest(point, fewer) for point in stroke) <= tolerance + 1e-9
        assert tolerance < 1 or len(fewer) < len(stroke)


def test_points_on_a_line_and_on_one_place_are_left_out():
    line = np.linspace([0, 0], [7, 7], 8)
    np.testing.assert_array_equal(thinned(line, 1e-9), line[[0, -1]])
    there_and_back = np.array([[0, 0], [5, 0], [0, 0]])
    np.testing.assert_array_equal(thinned(there_and_back, 1.0), there_and_back)
    assert len(thinned(np.zeros((9, 2)), 0.1)) == 2
    assert len(thinned(line, 0.0)) == len(line)


def test_a_long_stroke_needs_no_deep_stack():
    stroke = np.column_stack([np.arange(5000), np.arange(5000) % 2])
    assert len(thinned(stroke, 0.1)) == 5000
