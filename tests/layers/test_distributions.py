import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from seqzoo import InputError
from seqzoo.layers.distributions import (
    DISTRIBUTIONS,
    ForecastLoss,
    count_of,
    log_gamma,
    negative_log_likelihood,
    parameters,
    pinball,
)

LEVELS = (0.1, 0.5, 0.9)
RNG = np.random.default_rng(3)


def given(distribution, shape=(4, 5)):
    """Parameters of random raw numbers, a float32 array."""
    raw = RNG.normal(0, 2, (*shape, count_of(distribution, LEVELS))).astype(np.float32)
    return np.asarray(parameters(raw, distribution))


def scipy_density(distribution, target, numbers):
    """The negative logarithm of SciPy's density, or of its probability of a count, in float64."""
    each = np.moveaxis(numbers.astype(np.float64), -1, 0)
    if distribution == "normal":
        return -stats.norm.logpdf(target, each[0], each[1])
    if distribution == "student_t":
        return -stats.t.logpdf(target, each[2], each[0], each[1])
    mean, dispersion = each
    return -stats.nbinom.logpmf(target, 1 / dispersion, 1 / (1 + dispersion * mean))


@pytest.mark.parametrize("distribution", ["normal", "student_t", "negative_binomial"])
def test_likelihoods_are_those_of_scipy(distribution):
    numbers = given(distribution)
    target = RNG.integers(0, 40, numbers.shape[:-1]).astype(np.float32)
    ours = np.asarray(negative_log_likelihood(target, numbers, distribution))
    expected = scipy_density(distribution, target, numbers)
    np.testing.assert_allclose(ours, expected, rtol=2e-4, atol=2e-4)


def test_log_gamma_is_that_of_scipy():
    x = np.geomspace(1e-4, 1e6, 300).astype(np.float32)
    expected = special.gammaln(x.astype(np.float64))
    # Near 1 and 2, where it is 0, what counts is the size of its parts.
    np.testing.assert_allclose(np.asarray(log_gamma(x)), expected, rtol=2e-6, atol=1e-5)


def test_parameters_are_in_their_ranges_whatever_the_raw_numbers():
    for distribution in DISTRIBUTIONS:
        count = count_of(distribution, LEVELS)
        for size in (-1e4, -50.0, 0.0, 50.0, 1e4):
            numbers = np.asarray(
                parameters(np.full((1, count), size, np.float32), distribution)
            )
            assert np.isfinite(numbers).all(), distribution
            if distribution == "quantiles":
                assert (np.diff(numbers) >= 0).all()
            elif distribution == "negative_binomial":
                assert (numbers > 0).all()
            else:
                assert (numbers[:, 1:] > 0).all()


def test_the_pinball_loss_is_least_at_the_quantiles():
    numbers = np.sort(RNG.normal(size=1001)).astype(np.float32)
    grid = np.linspace(-2, 2, 401, dtype=np.float32)
    for level in LEVELS:
        losses = [
            float(np.mean(pinball(numbers, np.full((1001, 1), q, np.float32), (level,))))
            for q in grid
        ]
        assert abs(grid[int(np.argmin(losses))] - np.quantile(numbers, level)) < 0.02


@pytest.mark.parametrize("distribution", sorted(DISTRIBUTIONS))
def test_missing_targets_change_neither_loss_nor_gradient(distribution):
    count = count_of(distribution, LEVELS)
    raw = keras.Variable(RNG.normal(size=(2, 3, 4, count)).astype(np.float32))
    target = RNG.integers(0, 9, (2, 3, 4)).astype(np.float32)
    holes = target.copy()
    holes[0, 1, 2] = holes[1, :, 0] = np.nan
    loss = ForecastLoss(distribution, LEVELS)

    def losses(targets):
        numbers = parameters(ops.convert_to_tensor(raw), distribution)
        return loss.call(targets, numbers[..., 0] if distribution == "point" else numbers)

    # The mean over what is there, by the losses of single targets.
    alone = [
        np.asarray(losses(np.where(np.arange(12).reshape(3, 4) == place, target, np.nan)))
        for place in range(12)
    ]
    there = ~np.isnan(holes.reshape(2, 12))
    expected = [np.mean(np.array(alone)[:, row][there[row]]) for row in range(2)]
    np.testing.assert_allclose(np.asarray(losses(holes)), expected, rtol=1e-4)

    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = tf.reduce_sum(losses(holes))
    gradient = tape.gradient(total, raw.value).numpy()
    assert np.isfinite(gradient).all()
    assert not gradient[np.isnan(holes)].any() and gradient[~np.isnan(holes)].any()


def test_a_loss_is_saved_and_comes_back():
    loss = ForecastLoss("quantiles", (0.2, 0.8), point="mae")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert (again.distribution, again.quantiles, again.point) == (
        "quantiles",
        [0.2, 0.8],
        "mae",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gauss",), "distribution"),
        (("quantiles", (0.9, 0.1)), "rising levels"),
        (("quantiles", ()), "rising levels"),
        (("quantiles", (0.0, 0.5)), "rising levels"),
        (("point", LEVELS, "rmse"), "point"),
    ],
)
def test_what_is_no_distribution_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        ForecastLoss(*arguments)
