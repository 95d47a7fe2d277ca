"""Every cell of the table: its equations, gradients, masks and dropout."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.layers import CELLS, RNN, recurrent
from tests.layers.reference_cells import EQUATIONS, OTHERS, run_cell

UNITS, FEATURES = 4, 3
# Keras on JAX has tanh, and on PyTorch products, in little more than single precision even in float64.
CLOSE = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-6
PLAIN = ("layer_norm_simple_rnn", "narx", "layer_norm_gru", "projected_lstm", "peephole_projected_lstm",
         "layer_norm_lstm", "mogrifier_lstm", "nas")  # fmt: skip


def random_layer(name, generator, **more):
    """A layer with random weights, and these by name."""
    layer = recurrent(name, UNITS, return_state=True, **more)
    layer.build((None, None, FEATURES))
    for weight in layer.weights:
        scale = 1.0 if len(weight.shape) < 2 else 0.8 / np.sqrt(weight.shape[0])
        weight.assign(generator.standard_normal(weight.shape) * scale)
    return layer, {
        weight.name: keras.ops.convert_to_numpy(weight) for weight in layer.weights
    }


def sizes_of(layer):
    return (
        layer.cell.state_size
        if isinstance(layer.cell.state_size, list)
        else [layer.cell.state_size]
    )


def test_the_table_is_complete():
    assert list(EQUATIONS) == list(CELLS)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the compiled loops are TensorFlow's"
)
@pytest.mark.parametrize("name", CELLS)
def test_which_cells_have_a_compiled_loop(name):
    layer = recurrent(name, UNITS)
    layer(np.zeros((2, 3, FEATURES), "float32"))
    assert layer.loop.startswith("plain: " if name in PLAIN else "fused")
    if name in PLAIN:
        with pytest.raises(ValueError, match="has no compiled loop"):
            RNN(layer.cell, fused=True)(np.zeros((2, 3, FEATURES), "float32"))


@pytest.mark.parametrize(
    "name", CELLS if keras.backend.backend() == "tensorflow" else OTHERS
)
def test_outputs_and_states_are_those_of_the_equations(name, float64):
    generator = np.random.default_rng(0)
    layer, weights = random_layer(name, generator)
    x = generator.standard_normal((5, 7, FEATURES))
    mask = generator.random((5, 7)) < 0.7
    mask[:, 3] = True
    first = [generator.standard_normal((5, size)) for size in sizes_of(layer)]
    expected = run_cell(name, x, mask, weights, first)
    x, *first = (keras.ops.convert_to_tensor(value, "float64") for value in (x, *first))
    got = layer(x, mask=mask, initial_state=first)
    assert got[0].shape == (5, 7, UNITS)
    for a, b in zip(got, [expected[0], *expected[1]], strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(a), b, rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("name", CELLS)
def test_gradients_are_finite_differences(name, float64):
    """Along a random direction of each weight, of the inputs and of the first states."""
    generator = np.random.default_rng(3)
    layer, _ = random_layer(name, generator)
    x = tf.Variable(generator.standard_normal((3, 4, FEATURES)))
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 1, 1]], bool)
    first = [tf.Variable(generator.standard_normal((3, size))) for size in sizes_of(layer)]
    towards = generator.standard_normal((3, 4, UNITS))
    variables = [x, *first, *(weight._value for weight in layer.weights)]

    def loss():
        outputs = layer(
            tf.identity(x),
            mask=mask,
            initial_state=[tf.identity(s) for s in first],
            training=True,
        )
        ends = sum(tf.reduce_sum(end**2) for end in outputs[1:])
        return tf.reduce_sum(outputs[0] * towards) + ends

    with tf.GradientTape() as tape:
        tape.watch(variables)
        value = loss()
    for variable, gradient in zip(variables, tape.gradient(value, variables), strict=True):
        direction, start = generator.standard_normal(variable.shape), variable.numpy()
        step, found = 1e-4, []
        for times in (
            1,
            -1,
            2,
            -2,
        ):  # a five-point formula: its error is of the fourth order
            variable.assign(start + times * step * direction)
            found.append(float(loss()))
        variable.assign(start)
        expected = (8 * (found[0] - found[1]) - (found[2] - found[3])) / (12 * step)
        assert float(tf.reduce_sum(gradient * direction)) == pytest.approx(
            expected, rel=1e-6, abs=1e-7
        )


@pytest.mark.parametrize("name", OTHERS)
def test_the_layer_is_keras_own_around_the_cell(name):
    """Both ways through: `RNN`, which does ahead what it can, and `keras.layers.RNN` step by step."""
    generator = np.random.default_rng(1)
    x = generator.standard_normal((3, 6, FEATURES)).astype("float32")
    mask = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 1, 0]], bool)
    for flags in (
        {"go_backwards": True},
        {"zero_output_for_mask": True, "return_sequences": True},
    ):
        ours, _ = random_layer(name, generator)
        ours = RNN(ours.cell, return_state=True, **flags)
        stock = keras.layers.RNN(ours.cell, return_state=True, **flags)
        for a, b in zip(ours(x, mask=mask), stock(x, mask=mask), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["lstm_no_forget_gate", "coupled_lstm", "layer_norm_gru", "narx", "indrnn"]
)
def test_dropout_of_a_cell_is_one_draw_for_all_steps(name):
    kind = CELLS[name]
    x = np.ones((2, 6, FEATURES), "float32")
    layer = RNN(kind.layer(4, recurrent_dropout=0.5, dropout=0.5, seed=1, **kind.settings))
    one, other = np.asarray(layer(x, training=True)), np.asarray(layer(x, training=True))
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(layer(x), layer(x))
    layer(x, training=False)
    fixed, _ = layer.cell.draw(tf.constant(x), True)
    assert set(np.unique(fixed[0])) | set(np.unique(fixed[1])) <= {0.0, 2.0}


def test_narx_is_its_equation():
    """With the inputs and outputs of steps back written out."""
    layer, w = random_layer("narx", np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((1, 8, FEATURES)).astype("float32")
    kernels, back = np.split(w["kernel"], 3, 1), np.split(w["recurrent_kernel"], 5)
    y = []
    for t in range(8):
        total = w["bias"] + sum(x[0, t - k] @ kernels[k] for k in range(3) if t >= k)
        y.append(
            np.tanh(total + sum(y[t - k] @ back[k - 1] for k in range(1, 6) if t >= k))
        )
    np.testing.assert_allclose(layer(x)[0][0], y, atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function")
def test_any_cell_may_be_built_inside_a_graph():
    for name in CELLS:
        layer = recurrent(name, 3)
        assert tf.function(layer)(tf.zeros((2, 4, FEATURES))).shape == (2, 4, 3)
