"""A GRU's step from every state with every input: compiled, in float64, in parts, and its refusals."""

import numpy as np
import pytest
import tensorflow as tf

from seqzoo.layers import shared
from seqzoo.layers.kernels import shared as kernels

NAMES = ("given", "past", "states")


def drawn(dtype="float64", batch=5, targets=3, places=4, units=6):
    random = np.random.default_rng(0)
    shapes = (
        (targets, places, 3 * units),
        (batch * targets, 3 * units),
        (batch * targets, units),
    )
    return [random.standard_normal(shape).astype(dtype) for shape in shapes]


def by_hand(given, past, states):
    """One number at a time."""
    targets, places, units = given.shape[0], given.shape[1], states.shape[1]
    out = np.empty((len(states), places, units))
    for row, place, j in np.ndindex(out.shape):
        x, q = given[row % targets, place], past[row]
        z = 1 / (1 + np.exp(-x[j] - q[j]))
        r = 1 / (1 + np.exp(-x[units + j] - q[units + j]))
        g = np.tanh(x[2 * units + j] + r * q[2 * units + j])
        out[row, place, j] = z * states[row, j] + (1 - z) * g
    return out


def plain(monkeypatch):
    monkeypatch.setattr(shared, "unavailable", lambda: "a test")


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_a_step_of_a_gru(dtype, compiled, monkeypatch):
    if not compiled:
        plain(monkeypatch)
    arrays = drawn(dtype)
    atol = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(shared.gru_step(*arrays), by_hand(*arrays), atol=atol)


def test_half_precision_takes_the_plain_way():
    arrays = [each.astype("float16") for each in drawn()]
    found = shared.gru_step(*map(tf.constant, arrays))
    assert found.dtype == tf.float16
    np.testing.assert_allclose(found, by_hand(*drawn()), atol=1e-2)


def test_gradients_are_finite_differences_in_float64():
    arrays = drawn(batch=2, targets=2, places=3, units=2)
    weight = np.random.default_rng(1).standard_normal((4, 3, 2))
    tensors = [tf.constant(each) for each in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        total = tf.reduce_sum(shared.gru_step(*tensors) * weight)
    for place, found in enumerate(tape.gradient(total, tensors)):
        expected = np.empty(found.shape)
        for index in np.ndindex(expected.shape):
            sides = []
            for step in (1e-6, -1e-6):
                moved = [np.copy(each) for each in arrays]
                moved[place][index] += step
                sides.append((by_hand(*moved) * weight).sum())
            expected[index] = (sides[0] - sides[1]) / 2e-6
        np.testing.assert_allclose(found, expected, atol=1e-8, err_msg=NAMES[place])


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(kernels, "SMALL", 0)
    arrays = drawn(batch=7)
    upstream = np.random.default_rng(2).standard_normal((21, 4, 6))
    alone = kernels.forward(*arrays, 1), *kernels.backward(*arrays, upstream, 1)
    for threads in (2, 3, 16):
        found = (
            kernels.forward(*arrays, threads),
            *kernels.backward(*arrays, upstream, threads),
        )
        for one, other in zip(found, alone, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-13)


def test_no_rows():
    given, past, states = drawn()
    none = past[:0], states[:0]
    assert shared.gru_step(given, *none).shape == (0, 4, 6)
    found = kernels.backward(given, *none, np.empty((0, 4, 6)), 2)
    assert not found.given.any()
    assert found.past.shape == (0, 18)


def test_a_second_derivative_is_an_error():
    given, past, states = map(tf.constant, drawn())
    with tf.GradientTape() as outer:
        outer.watch(states)
        with tf.GradientTape() as inner:
            inner.watch(states)
            total = tf.reduce_sum(shared.gru_step(given, past, states))
        slope = tf.reduce_sum(inner.gradient(total, states))
    with pytest.raises(NotImplementedError, match="second derivatives"):
        outer.gradient(slope, states)
