"""Draws of a pen's points: as SciPy says they lie, with bias and temperature."""

import numpy as np
import pytest
from scipy import special, stats

from seqzoo import InputError
from seqzoo.decoding import pen
from seqzoo.layers.pen_numbers import width_of

COUNT = 20_000
RAW = np.random.default_rng(2).normal(size=width_of(3)).astype(np.float32)


def drawn(raw=RAW, seed=1, **settings):
    """Many points from the same raw numbers, (count, 3)."""
    rows = np.repeat(raw[None], COUNT, axis=0)
    return pen.draw(rows, np.random.default_rng(seed), **settings)


def distribution(x, given, axis):
    """The mixture's cumulative distribution of one offset."""
    mean = (given.mean_x, given.mean_y)[axis][0]
    deviation = (given.deviation_x, given.deviation_y)[axis][0]
    parts = stats.norm.cdf(np.asarray(x)[:, None], mean, deviation)
    return parts @ np.exp(given.log_weights[0])


@pytest.mark.parametrize(
    "settings", [{}, {"bias": 1.0}, {"temperature": 0.3}, {"bias": 0.5, "temperature": 2.0}]
)
def test_each_offset_is_spread_as_scipy_says(settings):
    found, given = drawn(**settings), pen.points(RAW[None], **settings)
    for axis in (0, 1):
        test = stats.kstest(found[:, axis], lambda x, a=axis: distribution(x, given, a))
        assert test.pvalue > 1e-3
    chance = special.expit(given.pen[0])
    assert stats.binomtest(int(found[:, 2].sum()), COUNT, chance).pvalue > 1e-3


def test_offsets_lean_together_as_the_correlation_says():
    raw = np.array([0, 0, 1.0, -2.0, 0.3, 1.5, 0.8], np.float32)
    found, given = drawn(raw), pen.points(raw[None])
    deviations = np.array([given.deviation_x[0, 0], given.deviation_y[0, 0]])
    away = (found[:, :2] - [1.0, -2.0]) / deviations
    # Fisher's z of a sample's correlation is normal, with a deviation of 1 / sqrt(n - 3).
    z = np.arctanh(np.corrcoef(away.T)[0, 1]) - np.arctanh(given.correlation[0, 0])
    assert abs(z) * np.sqrt(COUNT - 3) < 3.3
    covariance = [[1, given.correlation[0, 0]], [given.correlation[0, 0], 1]]
    squares = np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
    assert stats.kstest(squares, stats.chi2(2).cdf).pvalue > 1e-3


def test_components_are_drawn_by_their_weights():
    raw = np.zeros(width_of(3), np.float32)
    raw[1:4] = np.log([0.5, 0.3, 0.2])
    raw[4:7] = [-100, 0, 100]  # so far apart that a point tells its component
    found = drawn(raw)
    counts = [(found[:, 0] < -50).sum(), (abs(found[:, 0]) < 50).sum()]
    counts.append(COUNT - sum(counts))
    assert stats.chisquare(counts, COUNT * np.array([0.5, 0.3, 0.2])).pvalue > 1e-3


def test_a_bias_takes_the_paper_s_equations():
    plain, biased = pen.points(RAW[None]), pen.points(RAW[None], bias=1.5)
    np.testing.assert_allclose(biased.deviation_x, plain.deviation_x * np.exp(-1.5))
    wanted = special.log_softmax(RAW[1:4].astype(float) * 2.5)
    np.testing.assert_allclose(biased.log_weights[0], wanted)
    np.testing.assert_array_equal(biased.pen, plain.pen)


def test_a_seed_gives_the_same_points_again():
    np.testing.assert_array_equal(drawn(seed=4), drawn(seed=4))
    assert not np.array_equal(drawn(seed=4), drawn(seed=5))


def test_extreme_numbers_give_finite_points():
    for size in (-1e4, 0.0, 1e4):
        raw = np.full(width_of(2), size, np.float32)
        assert np.isfinite(drawn(raw, bias=10.0)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bias": -0.1}, r"^bias: expected a number from 0 to 20; got -0\.1$"),
        ({"bias": float("nan")}, r"^bias: expected a number from 0 to 20; got nan$"),
        ({"temperature": 0.0}, r"^temperature: expected a number from 0\.001 to 100"),
        ({"temperature": "hot"}, r"^temperature: expected a number .*got 'hot'$"),
    ],
)
def test_numbers_out_of_range_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        drawn(**settings)
