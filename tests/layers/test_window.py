"""Graves' window by its equations, its masks, and the recurrent layer that moves it."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import InputError
from seqzoo.layers import CELLS, Window, Windowed

RNG = np.random.default_rng(4)
MEMORY = RNG.normal(size=(2, 5, 3)).astype(np.float32)
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)


def softplus(x):
    return np.logaddexp(0, x)


def reference(layer, state, place, memory, mask):
    """A step in float64, token by token and Gaussian by Gaussian."""
    kernel, bias = (np.asarray(w, np.float64) for w in layer.get_weights())
    shape = state.astype(np.float64) @ kernel + bias
    count = layer.components
    height, width = softplus(shape[:, :count]), softplus(shape[:, count : 2 * count])
    place = place + softplus(shape[:, 2 * count :] + np.log(np.expm1(layer.pace)))
    weights = np.zeros(mask.shape)
    for row, u in np.argwhere(mask):
        for k in range(count):
            away = place[row, k] - u
            weights[row, u] += height[row, k] * np.exp(-width[row, k] * away**2)
    return np.einsum("bu,bus->bs", weights, memory), place, weights


def built(components=4, **settings):
    layer = Window(components, **settings)
    layer.build((None, 6))
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])
    return layer


def test_the_window_is_that_of_the_equations():
    layer = built(pace=0.3)
    place = np.zeros((2, 4), np.float32)
    wanted = place.astype(np.float64)
    for _ in range(6):
        state = RNG.normal(size=(2, 6)).astype(np.float32)
        context, place, weights = layer(state, place, MEMORY, MASK)
        expected, wanted, shares = reference(layer, state, wanted, MEMORY, MASK)
        np.testing.assert_allclose(place, wanted, rtol=1e-5)
        np.testing.assert_allclose(weights, shares, atol=1e-5)
        np.testing.assert_allclose(context, expected, atol=1e-5)


def test_padding_of_the_text_changes_nothing_and_is_never_read():
    layer = built()
    state = RNG.normal(size=(2, 6)).astype(np.float32)
    place = np.full((2, 4), 3.0, np.float32)
    context, _, weights = layer(state, place, MEMORY, MASK)
    assert not np.asarray(weights)[~MASK].any()
    longer = np.concatenate([MEMORY, np.full((2, 4, 3), 9, np.float32)], axis=1)
    more = np.pad(MASK, ((0, 0), (0, 4)))
    again, _, padded = layer(state, place, longer, more)
    np.testing.assert_allclose(again, context, atol=1e-6)
    np.testing.assert_allclose(np.asarray(padded)[:, :5], weights, atol=1e-6)


def test_the_window_moves_forwards_alone_and_begins_at_its_pace():
    layer = Window(2, pace=0.25)
    layer.build((None, 6))
    zeros = np.zeros((1, 6), np.float32)
    _, place, _ = layer(zeros, np.zeros((1, 2), np.float32), MEMORY[:1], MASK[:1])
    np.testing.assert_allclose(place, [[0.25, 0.25]], rtol=1e-5)
    layer = built()
    before = RNG.uniform(0, 5, (2, 4)).astype(np.float32)
    _, after, _ = layer(np.full((2, 6), -9, np.float32), before, MEMORY, MASK)
    assert (np.asarray(after) >= before).all()


def test_extreme_states_give_finite_windows():
    layer = built()
    for size in (-1e4, 1e4):
        state = np.full((2, 6), size, np.float32)
        for value in layer(state, np.zeros((2, 4), np.float32), MEMORY, MASK):
            assert np.isfinite(np.asarray(value)).all()


X = RNG.normal(size=(2, 7, 3)).astype(np.float32)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_all_steps_at_once_are_the_steps_one_by_one(cell):
    keras.utils.set_random_seed(1)
    layer = Windowed(cell, 4, components=2, pace=0.5)
    outputs, contexts = layer(X, MEMORY, MASK)
    assert outputs.shape == (2, 7, 4) and contexts.shape == (2, 7, 3)
    state = [np.zeros((2, size), np.float32) for size in layer.state_sizes]
    for time in range(X.shape[1]):
        output, state, _ = layer.step(X[:, time], state, MEMORY, MASK)
        np.testing.assert_allclose(output, outputs[:, time], atol=1e-5)
        np.testing.assert_allclose(state[-1], contexts[:, time], atol=1e-5)


def test_an_lstm_with_a_window_is_that_of_float64():
    keras.utils.set_random_seed(2)
    layer = Windowed("lstm", 4, components=2, pace=0.5)
    outputs, _ = layer(X, MEMORY, MASK)
    weights = [np.asarray(w, np.float64) for w in layer.rnn.get_weights()]
    kernel, recurrent, bias = weights
    h, c, context = np.zeros((2, 4)), np.zeros((2, 4)), np.zeros((2, 3))
    place = np.zeros((2, 2))
    for time in range(X.shape[1]):
        x = np.concatenate([X[:, time], context], axis=1)
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        context, place, _ = reference(layer.window, h, place, MEMORY, MASK)
        np.testing.assert_allclose(outputs[:, time], h, atol=1e-5)


def test_what_comes_behind_a_step_does_not_change_it():
    layer = Windowed("gru", 4, components=2)
    outputs, _ = layer(X, MEMORY, MASK)
    changed = X.copy()
    changed[:, 4:] = 9
    again, _ = layer(changed, MEMORY, MASK)
    np.testing.assert_allclose(again[:, :4], outputs[:, :4], atol=1e-6)


def test_gradients_reach_every_weight_and_the_text():
    import tensorflow as tf

    layer, memory = Windowed("lstm", 4, components=2), tf.Variable(MEMORY)
    with tf.GradientTape() as tape:
        outputs, contexts = layer(X, memory, MASK)
        loss = ops.sum(ops.square(outputs)) + ops.sum(contexts)
    gradients = tape.gradient(loss, [*layer.trainable_weights, memory])
    for gradient in gradients:
        assert np.asarray(gradient).any() and np.isfinite(np.asarray(gradient)).all()


def test_it_is_made_again_from_its_config():
    layer = Windowed("gru", 4, components=2, pace=0.2)
    again = Windowed.from_config(layer.get_config())
    expected, _ = layer(X, MEMORY, MASK)
    again(X, MEMORY, MASK)
    again.set_weights(layer.get_weights())
    np.testing.assert_allclose(again(X, MEMORY, MASK)[0], expected, atol=1e-6)


@pytest.mark.parametrize("settings", [{"components": 0}, {"components": 2, "pace": 0.0}])
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(InputError, match=r"^(components|pace): expected"):
        Windowed("lstm", 4, **settings)
