"""Short sequences, streams of steps, and what is kept of them for a gradient."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import layers
from seqzoo.layers import fused
from seqzoo.layers.kernels import batch
from tests.support.recurrence import KINDS, MASKS, layer, randomise

CASES = itertools.product(
    KINDS, ("forward", "backward", "both"), ("none", "holes", "empty row")
)


def outputs_and_gradients(tested, x, mask):
    """All outputs, and the gradients of a fixed projection of them."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tested(x, mask=mask)
        random = np.random.default_rng(1)
        loss = sum(
            tf.reduce_sum(output * random.standard_normal(output.shape))
            for output in outputs
        )
    return [*outputs, *tape.gradient(loss, [x, *tested.trainable_variables])]


@pytest.mark.parametrize(("kind", "direction", "mask"), list(CASES))
@pytest.mark.parametrize("steps", [1, 3])
def test_few_steps_in_a_graph_are_the_compiled_loop(kind, direction, mask, steps):
    """Outside of a graph the compiled loop runs, within one TensorFlow's operations."""
    random = np.random.default_rng(0)
    for sequences, zero in ((True, False), (False, True))[-steps:]:
        more = {} if direction == "both" else {"zero_output_for_mask": zero}
        tested = layer(
            kind,
            4,
            direction=direction,
            dtype="float64",
            return_sequences=sequences,
            **more,
        )
        x = tf.constant(random.standard_normal((5, steps, 3)))
        seen = MASKS[mask](5, steps, random)
        tested.build(x.shape)
        tested.set_weights(randomise(tested.get_weights(), random))
        compiled = outputs_and_gradients(tested, x, seen)
        graph = tf.function(
            lambda x, tested=tested, seen=seen: outputs_and_gradients(tested, x, seen)
        )
        assert not python_calls(graph.get_concrete_function(x))
        for got, expected in zip(graph(x), compiled, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)


def python_calls(concrete) -> list[str]:
    """Operations of a graph that call into Python."""
    return [op.name for op in concrete.graph.get_operations() if "PyFunc" in op.type]


def test_more_steps_or_an_unknown_number_take_the_compiled_loop():
    tested = layers.LSTM(4)
    for steps in (fused.FEW_OF_SMALL + 1, None):
        graph = tf.function(tested, input_signature=[tf.TensorSpec((2, steps, 3))])
        assert python_calls(graph.get_concrete_function())


def test_one_step_of_half_precision_is_carried_in_single():
    x = tf.random.normal((2, 1, 3))
    tested = layers.LSTM(4, dtype="mixed_float16")
    once = tf.function(tested)
    np.testing.assert_array_equal(once(x), tested(x))


@pytest.fixture
def forwards(monkeypatch):
    """What each forward pass of the compiled loop was told to keep."""
    told, forward = [], batch.Batch.forward

    def noted(batch, keep):
        told.append(keep)
        return forward(batch, keep)

    monkeypatch.setattr(batch.Batch, "forward", noted)
    return told


def gradient(of, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(of(x) ** 2)
    return tape.gradient(value, x)


def test_a_gradient_needs_one_forward_pass(forwards):
    """Without `training=True`: in a loop written by hand, a graph with its tape, a tape around a graph."""
    tested, x = layers.GRU(4, return_sequences=True), tf.random.normal((3, 12, 2))
    tested(x)
    assert forwards == [False]
    graph = tf.function(tested)
    for way in (
        lambda: gradient(tested, x),
        lambda: tf.function(lambda x: gradient(tested, x))(x),
        lambda: gradient(graph, x),
    ):
        forwards.clear()
        found = way()
        assert forwards == [True]
        np.testing.assert_allclose(found, gradient(tested, x), rtol=1e-5)


def test_without_a_gradient_nothing_is_kept(forwards):
    tested, x = layers.LSTM(4), tf.random.normal((3, 12, 2))
    tested(x)
    tf.function(tested)(x)
    keras.Sequential([tested]).predict(x, verbose=0)
    assert forwards and not any(forwards)


def test_what_was_not_kept_is_worked_out_again(monkeypatch, forwards):
    """As where a later TensorFlow does not tell whether a tape runs."""
    monkeypatch.setattr(fused, "_recorded", lambda: False)
    tested, x = layers.LSTM(4), tf.random.normal((3, 12, 2))
    again = gradient(tested, x)
    assert forwards == [False, True]
    monkeypatch.setattr(fused, "_recorded", lambda: True)
    np.testing.assert_allclose(again, gradient(tested, x), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_without_features_are_as_in_keras(kind):
    x = np.zeros((3, 7, 0), "float32")
    ours, stock = (
        layer(kind, 5, library, return_sequences=True) for library in (layers, keras.layers)
    )
    ours.build(x.shape), stock.build(x.shape)
    weights = [
        np.random.default_rng(0).standard_normal(w.shape) for w in ours.get_weights()
    ]
    ours.set_weights(weights), stock.set_weights(weights)
    assert ours(x)[0].shape == (3, 7, 5)
    mask = np.ones((3, 7), bool)
    found = [
        outputs_and_gradients(tested, tf.constant(x), mask) for tested in (ours, stock)
    ]
    for got, expected in zip(*found, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_empty_takes_the_compiled_loop_in_a_graph(kind):
    """Keras' operations would end the process, or raise."""
    for shape in ((3, 3, 0), (0, 3, 2)):
        tested = layer(kind, 4, return_sequences=True)
        x = tf.zeros(shape)
        np.testing.assert_array_equal(tf.function(tested)(x)[0], tested(x)[0])
        assert tested(x)[0].shape == (shape[0], 3, 4)


@pytest.mark.parametrize("name", ["indrnn", "linear_recurrence"])
def test_a_unit_that_overflows_leaves_the_others_alone(name):
    """As a diagonal matrix it would not: infinity times 0 is no number."""
    tested = layers.recurrent(name, 8, return_sequences=True)
    plain = layers.RNN(tested.cell, return_sequences=True, fused=False)
    x = np.ones((4, 50, 3), "float32")
    tested.build(x.shape)
    first = np.zeros((4, 8), "float32")
    first[:, ::3] = np.inf
    if name == "indrnn":
        tested.cell.recurrent_kernel.assign([0.5, 1.0, 2e3, 0.1, 0.9, 1.1, 3e4, 0.0])
    got, expected = (np.asarray(way(x, initial_state=[first])) for way in (tested, plain))
    assert tested.loop == "fused"
    assert np.isinf(expected).any() and np.isfinite(expected).any()
    np.testing.assert_allclose(got, expected, rtol=1e-4)


def test_few_units_are_computed_as_many_are():
    """Narrow rows are worked on together: the same numbers, whatever the batch."""
    random = np.random.default_rng(0)
    for kind, units in itertools.product(KINDS, (1, 2, 11, 12, 13)):
        tested = layer(kind, units, return_sequences=True)
        x = random.standard_normal((40, 9, 3)).astype("float32")
        mask = np.arange(9) < random.integers(1, 10, (40, 1))
        whole = tested(x, mask=mask)[0]
        for row in (0, 17, 39):
            alone = tested(x[row : row + 1], mask=mask[row : row + 1])[0]
            np.testing.assert_allclose(whole[row], alone[0], rtol=1e-5, atol=1e-6)
