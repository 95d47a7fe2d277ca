"""Scores of forecasts: by hand, and against integrals and pairs counted one by one."""

import itertools
import math

import numpy as np
import pytest

from seqzoo.metrics import forecasts

NAN = float("nan")
TARGET = np.array([[1.0, 2.0], [3.0, NAN], [0.0, -4.0]])
FORECAST = np.array([[2.0, 2.0], [0.0, 9.0], [0.0, -2.0]])
TWO = np.array([[True, False], [False, True], [False, True]])  # of which one is NaN


@pytest.mark.parametrize(
    "score, everywhere, masked",
    [
        (forecasts.mse, (1 + 0 + 9 + 0 + 4) / 5, (1 + 4) / 2),
        (forecasts.mae, (1 + 0 + 3 + 0 + 2) / 5, (1 + 2) / 2),
        (forecasts.smape, 200 * (1 / 3 + 0 + 1 + 0 + 1 / 3) / 5, 200 / 3),
    ],
)
def test_errors_worked_out_by_hand(score, everywhere, masked):
    assert score(TARGET, FORECAST) == pytest.approx(everywhere)
    assert score(TARGET, FORECAST, TWO) == pytest.approx(masked)
    by_column = score(TARGET, FORECAST, axis=0)
    alone = [score(TARGET[:, [c]], FORECAST[:, [c]]) for c in range(2)]
    assert by_column.tolist() == pytest.approx(alone)
    nothing = score(TARGET, FORECAST, axis=1, mask=TWO)
    assert np.isnan(nothing).tolist() == [False, True, False]


def test_mase_divides_by_the_naive_error_of_the_training():
    train = np.array([[0.0, 1.0], [1.0, 1.0], [3.0, NAN], [2.0, 5.0], [1.0, 8.0]])
    scale = forecasts.mase_scale(train)
    assert scale.tolist() == pytest.approx([(1 + 2 + 1 + 1) / 4, (0 + 3) / 2])
    assert forecasts.mase_scale(train, 2)[0] == pytest.approx((3 + 1 + 2) / 3)
    expected = ((1 + 3 + 0) / 1.25 + (0 + 2) / 1.5) / 5
    assert forecasts.mase(TARGET, FORECAST, scale) == pytest.approx(expected)
    for wrong, season in ((np.ones((9, 1)), 1), (train, 5), (train, 0)):
        with pytest.raises(ValueError, match="expected"):
            forecasts.mase_scale(wrong, season)


def test_the_pinball_loss_by_hand():
    quantiles = np.array([[0.0, 2.0], [3.0, 5.0]])
    # y = 1: 0.1 * 1 and 0.1 * 1; y = 4: 0.1 * 1 and 0.1 * 1
    loss = forecasts.pinball(np.array([1.0, 4.0]), quantiles, (0.1, 0.9))
    assert loss == pytest.approx(0.1)
    low = forecasts.pinball(np.array([1.0, 0.0]), quantiles[:, :1], (0.1,))
    assert low == pytest.approx((0.1 * 1 + 0.9 * 3) / 2)


def crps_by_integral(cumulative, target):
    """The integral over all x of (F(x) - [x >= y])^2."""
    x = np.linspace(-30, 30, 600_001)
    square = (cumulative(x) - (x >= target)) ** 2
    return np.trapezoid(square, x)


@pytest.mark.parametrize("target, mean, deviation", [(0.3, 0.0, 1.0), (-4.0, 2.0, 0.7)])
def test_the_crps_is_the_integral_of_squared_differences(target, mean, deviation):
    ndtr = np.vectorize(math.erf)

    def normal(x):
        return 0.5 * (1 + ndtr((x - mean) / deviation / math.sqrt(2)))

    exact = forecasts.crps_normal(
        np.array([target]), np.array([mean]), np.array([deviation])
    )
    x = np.linspace(-30, 30, 60_001)
    square = (normal(x) - (x >= target)) ** 2
    assert exact == pytest.approx(np.trapezoid(square, x), abs=1e-3)
    levels = (np.arange(2000) + 0.5) / 2000
    quantiles = mean + deviation * quantiles_of_normal(levels)
    by_quantiles = forecasts.crps_quantiles(np.array([target]), quantiles[None], levels)
    assert by_quantiles == pytest.approx(exact, rel=2e-3)


def quantiles_of_normal(levels):
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf(level) for level in levels])


def test_the_crps_of_samples_counts_all_pairs():
    generator = np.random.default_rng(0)
    target, samples = generator.normal(size=4), generator.normal(size=(4, 7)).round(1)
    expected = [
        np.mean([abs(x - y) for x in row])
        - np.mean([abs(a - b) for a, b in itertools.product(row, row)]) / 2
        for y, row in zip(target, samples, strict=True)
    ]
    assert forecasts.crps_samples(target, samples) == pytest.approx(np.mean(expected))
    # Of one sample it is the absolute error; of the step function it is the integral.
    one = forecasts.crps_samples(target, samples[:, :1])
    assert one == pytest.approx(forecasts.mae(target, samples[:, 0]))
    row = np.sort(samples[0])
    integral = crps_by_integral(
        lambda x: np.searchsorted(row, x, "right") / len(row), target[0]
    )
    ours = forecasts.crps_samples(target[:1], samples[:1])
    assert ours == pytest.approx(integral, abs=1e-3)


def test_coverage_and_width_by_hand():
    low, high = np.zeros((3, 2)), np.array([[1.0, 1.0], [3.0, 99.0], [2.0, 4.0]])
    assert forecasts.coverage(TARGET, low, high) == pytest.approx(3 / 5)  # 1, 3 and 0
    assert forecasts.width(TARGET, low, high) == pytest.approx((1 + 1 + 3 + 2 + 4) / 5)
    assert forecasts.coverage(TARGET, low, high, TWO) == pytest.approx(1 / 2)


def test_what_is_masked_plays_no_part_whatever_stands_there():
    target = np.array([1.0, 2.0, 3.0])
    mask = np.array([True, True, False])
    good, bad = np.array([1.5, 2.5, 0.0]), np.array([1.5, 2.5, NAN])
    calls = {
        "mse": lambda f: forecasts.mse(target, f, mask),
        "pinball": lambda f: forecasts.pinball(target, f[:, None], (0.5,), mask),
        "normal": lambda f: forecasts.crps_normal(target, f, np.abs(f), mask),
        "samples": lambda f: forecasts.crps_samples(target, f[:, None], mask),
        "coverage": lambda f: forecasts.coverage(target, f, f + 1, mask),
    }
    for name, call in calls.items():
        assert call(good) == call(bad), name


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: forecasts.mse(TARGET, FORECAST[:2]), r"shape \(3, 2\); got \(2, 2\)"),
        (lambda: forecasts.mse(FORECAST, TARGET), "expected finite numbers"),
        (lambda: forecasts.mae(TARGET, FORECAST, ~np.isfinite(TARGET)), "that counts"),
        (lambda: forecasts.mae(TARGET, FORECAST, TWO[0]), "mask: expected the shape"),
        (lambda: forecasts.pinball(TARGET, TARGET[..., None], (1.0,)), "levels"),
        (lambda: forecasts.crps_normal(TARGET, FORECAST, FORECAST), "above 0"),
    ],
)
def test_mistakes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
