"""Layers whose inputs are sums, from a table in place of a kernel; and layers that read in pieces."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import InputError, layers
from seqzoo.layers import Chopped, recurrent
from seqzoo.layers.by_name import sums_of

BATCH, TIME, WORDS, UNITS = 3, 7, 6, 4
MASK = np.array([[1] * 7, [1] * 4 + [0] * 3, [1] * 6 + [0]], bool)
FUSED = pytest.mark.parametrize("fused", ["auto", False])


def with_tables(bidirectional, fused):
    """A layer with kernels, one without, of the same other weights, and the kernels side by side."""
    generator = np.random.default_rng(0)
    usual = recurrent("forget_lstm", UNITS, bidirectional=bidirectional)
    usual.build((None, None, WORDS))
    usual.set_weights([generator.standard_normal(w.shape) * 0.5 for w in usual.weights])
    kernels = [w for w in usual.get_weights() if w.shape[0] == WORDS]
    others = [w for w in usual.get_weights() if w.shape[0] != WORDS]

    width = sums_of("forget_lstm", UNITS, bidirectional)
    layer = recurrent("forget_lstm", UNITS, bidirectional=bidirectional, sums=True)
    if bidirectional:
        layer.forward_layer.fused = layer.backward_layer.fused = fused
    else:
        layer.fused = fused
    layer.build((None, None, width))
    layer.set_weights(others)
    return usual, layer, np.concatenate(kernels, axis=1)


@FUSED
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_row_of_the_table_is_the_kernel_times_a_one_hot_vector(
    bidirectional, fused, float64
):
    """Outputs, and the gradients of the table and of the other weights."""
    usual, layer, kernel = with_tables(bidirectional, fused)
    ids = np.random.default_rng(1).integers(0, WORDS, (BATCH, TIME))
    table = tf.Variable(kernel)
    towards = np.random.default_rng(2).standard_normal((BATCH, TIME, kernel.shape[1] // 2))

    with tf.GradientTape() as tape:
        got = layer(tf.gather(table, ids), mask=MASK, training=True)
        own = [w.value for w in layer.trainable_variables]
        found = tape.gradient(tf.reduce_sum(got * towards), [table, *own])
    with tf.GradientTape() as tape:
        expected = usual(np.eye(WORDS)[ids], mask=MASK, training=True)
        every = [w.value for w in usual.trainable_variables]
        slopes = tape.gradient(tf.reduce_sum(expected * towards), every)

    np.testing.assert_allclose(got, expected, atol=1e-12)
    of_kernels = [s for s in slopes if s.shape[0] == WORDS]
    np.testing.assert_allclose(
        tf.convert_to_tensor(found[0]), tf.concat(of_kernels, 1), atol=1e-12
    )
    others = [s for s in slopes if s.shape[0] != WORDS]
    for ours, theirs in zip(found[1:], others, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert (layer.loop == "fused") == (fused == "auto")


def test_second_derivatives_of_sums(float64):
    """Of the compiled loop those of Keras' own."""
    x = tf.constant(np.random.default_rng(3).standard_normal((BATCH, TIME, 4 * UNITS)))
    found = []
    for fused in ("auto", False):
        _, layer, _ = with_tables(True, fused)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = tf.reduce_sum(layer(x, mask=MASK, training=True) ** 2)
            slope = inner.gradient(value, x)
            total = tf.reduce_sum(slope**2)
        found.append(outer.gradient(total, x))
    np.testing.assert_allclose(*found, atol=1e-10)


@FUSED
def test_a_direction_alone_takes_its_half_of_both_directions_sums(fused, float64):
    """Outputs and gradients are those of the two together."""
    _, both, _ = with_tables(True, fused)
    x = tf.constant(np.random.default_rng(5).standard_normal((BATCH, TIME, 4 * UNITS)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        together = both(x, mask=MASK, training=True)
        forward = both.forward_layer(x, mask=MASK, training=True)
        backward = tf.reverse(both.backward_layer(x, mask=MASK, training=True), [1])
        apart = tf.concat([forward, backward], -1)
    np.testing.assert_allclose(apart, together, atol=1e-12)
    np.testing.assert_allclose(
        tape.gradient(apart, x), tape.gradient(together, x), atol=1e-12
    )
    assert (both.forward_layer.loop == "fused") == (fused == "auto")


def test_a_layer_of_sums_has_a_stock_twin():
    inputs = keras.Input((None, 4 * UNITS))
    mask = keras.Input((None,), dtype="bool")
    layer = recurrent("forget_lstm", UNITS, bidirectional=True, sums=True)
    model = keras.Model([inputs, mask], layer(inputs, mask=mask))
    x = np.random.default_rng(4).standard_normal((BATCH, TIME, 4 * UNITS))
    twin = layers.to_stock(model)
    assert type(twin.layers[-1]) is keras.layers.Bidirectional
    real = MASK[..., None]
    np.testing.assert_allclose(twin([x, MASK]) * real, model([x, MASK]) * real, atol=1e-5)


def test_cells_and_widths_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"cell gru: expected one .*: forget_lstm"):
        recurrent("gru", UNITS, sums=True)
    layer = recurrent("forget_lstm", UNITS, sums=True)
    with pytest.raises(InputError, match="inputs: expected 8 sums of 4 units; got 9"):
        layer.build((None, None, 9))
    with pytest.raises(InputError, match="sums: expected one of"):
        layers.ForgetLSTMCell(UNITS, sums="both")


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_chopped_gives_what_the_pieces_give(size):
    """In training each piece begins anew; in use the sequence is read whole."""
    layer = recurrent("forget_lstm", UNITS, bidirectional=True)
    chopped = Chopped(layer, size)
    x = np.random.default_rng(5).standard_normal((BATCH, TIME, 3)).astype("float32")
    got = np.asarray(chopped(x, mask=MASK, training=True))
    for row, length in enumerate(MASK.sum(1)):
        for begin in range(0, length, size):
            end = min(begin + size, length)
            alone = np.asarray(layer(x[row : row + 1, begin:end]))[0]
            np.testing.assert_allclose(got[row, begin:end], alone, atol=1e-6)
    np.testing.assert_array_equal(chopped(x, mask=MASK), layer(x, mask=MASK))


def test_a_chopped_layer_in_a_graph_of_open_length_is_saved(tmp_path):
    inputs = keras.Input((None, 3))
    mask = keras.Input((None,), dtype="bool")
    outputs = Chopped(recurrent("forget_lstm", UNITS), 3)(inputs, mask=mask)
    model = keras.Model([inputs, mask], outputs)
    assert outputs.shape == (None, None, UNITS)
    x = np.random.default_rng(6).standard_normal((BATCH, TIME, 3)).astype("float32")
    real = tf.constant(MASK)
    run = tf.function(lambda x: model([x, real], training=True))
    assert run(x).shape == (BATCH, TIME, UNITS)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again([x, MASK]), model([x, MASK]))
