"""The density of a pen's points: SciPy's, float32's limits, gradients, what is missing."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from seqzoo.decoding import pen
from seqzoo.layers import PenLoss
from seqzoo.layers.mixture import mixture, negative_log_likelihood, point_losses
from seqzoo.layers.pen_numbers import LARGEST_CORRELATION, SMALLEST_DEVIATION, width_of

RNG = np.random.default_rng(5)


def reference(target, raw):
    """The negative log-density of one point in float64, by the plain equations of the paper."""
    raw, target = np.asarray(raw, np.float64), np.asarray(target, np.float64)
    e, w, mx, my, sx, sy, r = raw[0], *np.split(raw[1:], 6)
    sx, sy = (np.logaddexp(0, s) + SMALLEST_DEVIATION for s in (sx, sy))
    r = LARGEST_CORRELATION * np.tanh(r)
    x, y = (target[0] - mx) / sx, (target[1] - my) / sy
    z = x**2 + y**2 - 2 * r * x * y
    parts = -z / (2 * (1 - r**2)) - np.log(2 * np.pi * sx * sy * np.sqrt(1 - r**2))
    offsets = special.logsumexp(parts + w - special.logsumexp(w))
    return -offsets + np.logaddexp(0, -e if target[2] else e)


def extremes(count=2000, mixtures=3):
    """Raw numbers and points of every size, 1e-6 to 1e4, float32."""
    size = 10 ** RNG.uniform(-6, 4, (count, width_of(mixtures)))
    raw = (size * RNG.choice([-1, 1], size.shape)).astype(np.float32)
    size = 10 ** RNG.uniform(-6, 4, (count, 2))
    offsets = size * RNG.choice([-1, 1], size.shape)
    target = np.concatenate([offsets, RNG.integers(0, 2, (count, 1))], axis=1)
    return target.astype(np.float32), raw


def test_the_density_is_that_of_scipy():
    raw = RNG.normal(size=(20, width_of(4))).astype(np.float32)
    target = np.concatenate([RNG.normal(size=(20, 2)), RNG.integers(0, 2, (20, 1))], 1)
    target = target.astype(np.float32)
    given = [np.asarray(x, np.float64) for x in mixture(ops.convert_to_tensor(raw))]
    lifted, log_weights, mx, my, sx, sy, r = given
    expected = []
    for row in range(20):
        density = 0.0
        for m in range(4):
            cross = r[row, m] * sx[row, m] * sy[row, m]
            covariance = [[sx[row, m] ** 2, cross], [cross, sy[row, m] ** 2]]
            normal = stats.multivariate_normal([mx[row, m], my[row, m]], covariance)
            density += np.exp(log_weights[row, m]) * normal.pdf(target[row, :2])
        chance = special.expit(lifted[row])
        chance = chance if target[row, 2] else 1 - chance
        expected.append(-np.log(density) - np.log(chance))
    found = np.asarray(negative_log_likelihood(target, raw))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_float32_keeps_to_float64_at_every_size():
    target, raw = extremes()
    expected = [reference(*pair) for pair in zip(target, raw, strict=True)]
    found = np.asarray(negative_log_likelihood(target, raw))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    numpy = pen.negative_log_likelihood(target, raw)
    np.testing.assert_allclose(numpy, expected, rtol=1e-9, atol=1e-9)


def test_a_narrow_slanted_bell_keeps_to_float64():
    """Where both offsets are far out, but along the bell."""
    raw = np.array([0, 0, 0, 0, -20, -20, 20], np.float32)
    for far in (1.0, 10.0, 1000.0):
        target = np.array([far, far * LARGEST_CORRELATION, 0], np.float32)
        found = float(negative_log_likelihood(target[None], raw[None])[0])
        assert found == pytest.approx(reference(target, raw), rel=1e-4)


def test_no_gradient_is_clipped_or_lost():
    """By differences of the float64 reference; and finite at every size."""
    import tensorflow as tf

    raw = RNG.normal(size=(1, width_of(2))).astype(np.float32)
    target = np.array([[0.4, -0.7, 1.0]], np.float32)
    variable = tf.Variable(raw)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(negative_log_likelihood(target, variable))
    found = tape.gradient(loss, variable).numpy()[0]
    step = 1e-6 * np.eye(raw.shape[1])
    expected = [
        (reference(target[0], raw[0] + d) - reference(target[0], raw[0] - d)) / 2e-6
        for d in step
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)

    target, raw = extremes(500)
    variable = tf.Variable(raw)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(negative_log_likelihood(target, variable))
    assert np.isfinite(tape.gradient(loss, variable).numpy()).all()


def test_points_that_are_not_there_change_neither_loss_nor_gradient():
    import tensorflow as tf

    raw = RNG.normal(size=(2, 5, width_of(2))).astype(np.float32)
    target = RNG.normal(size=(2, 5, 3)).astype(np.float32)
    target[..., 2] = 0
    target[0, 3:] = np.nan
    variable = tf.Variable(raw)
    with tf.GradientTape() as tape:
        losses, there = point_losses(target, variable)
        total = tf.reduce_sum(losses)
    gradient = tape.gradient(total, variable).numpy()
    assert np.isfinite(gradient).all() and not gradient[0, 3:].any()
    assert np.asarray(there).sum() == 8
    short = np.asarray(PenLoss(reduction=None)(target[:1, :3], raw[:1, :3]))
    longer = np.asarray(PenLoss(reduction=None)(target[:1], raw[:1]))
    np.testing.assert_allclose(longer, short, rtol=1e-6)


def test_the_loss_is_saved_and_comes_back():
    again = keras.losses.deserialize(keras.losses.serialize(PenLoss()))
    assert isinstance(again, PenLoss)


@pytest.mark.parametrize("width", [1, 6, 8, 12])
def test_a_width_of_no_mixture_is_refused(width):
    with pytest.raises(ValueError, match=rf"expected 6 M \+ 1 numbers .*got {width}$"):
        mixture(np.zeros((1, width), np.float32))
