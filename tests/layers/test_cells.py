"""Every cell of the table: its equations, gradients, masks, saving, use in every builder."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import InputError, layers, models
from seqzoo.layers import CELLS, RNN, recurrent
from seqzoo.models import classifier
from tests.layers.reference_cells import EQUATIONS, run_cell

UNITS, FEATURES = 4, 3
# Keras on JAX has tanh, and on PyTorch products, in little more than single precision even in float64.
CLOSE = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-6
PLAIN = ("layer_norm_simple_rnn", "narx", "layer_norm_gru", "projected_lstm", "peephole_projected_lstm",
         "layer_norm_lstm", "mogrifier_lstm", "nas")  # fmt: skip
OTHERS = [
    name for name in CELLS if issubclass(CELLS[name].made_by, layers.Cell)
]  # Keras has the rest


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
def test_a_classifier_of_any_cell(name, tmp_path):
    """Padding and batching change nothing, a step changes every weight, what is saved comes back."""
    keras.utils.set_random_seed(0)
    tokens = np.array(
        [[5, 3, 7, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 1, 10, 11, 0, 0]], np.int32
    )
    model = classifier(
        12, 3, cell=name, units=4, num_layers=1, embedding_dim=4, dropout=0.0
    )
    expected = np.asarray(model(tokens))
    np.testing.assert_allclose(model(np.pad(tokens, ((0, 0), (0, 5)))), expected, atol=1e-6)
    for row, length in enumerate((tokens != 0).sum(1)):
        np.testing.assert_allclose(
            model(tokens[row : row + 1, :length])[0], expected[row], atol=1e-6
        )
    model.compile(keras.optimizers.SGD(5.0), "sparse_categorical_crossentropy")
    before = [np.array(w) for w in model.trainable_variables]
    every = np.array([np.random.default_rng(row).permutation(12) for row in range(3)])
    model.train_on_batch(every, np.array([0, 1, 2]))
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(variable, old), variable.path
    layers.to_stock(model).save(tmp_path / "model.keras")
    again = layers.from_stock(keras.saving.load_model(tmp_path / "model.keras"))
    np.testing.assert_allclose(again(tokens), model(tokens), atol=1e-6)


@pytest.mark.parametrize("name", OTHERS)
def test_every_builder_takes_any_cell(name):
    tokens = np.array([[5, 3, 7, 2], [4, 8, 0, 0]], np.int32)
    tags = models.tagger(12, 4, cell=name, units=4, num_layers=1, embedding_dim=4)(tokens)
    assert np.isfinite(np.asarray(tags["potentials"])).all()
    writer = models.language_model(12, cell=name, units=4, batch_size=2)
    first, second = np.asarray(writer(tokens)), np.asarray(writer(tokens))
    assert np.abs(first - second).max() > 0  # the states went on
    network = models.stateless_of(writer)
    names = [key for key in network.input if key != "tokens"]
    states = dict(zip(names, models.first_states(network, 2), strict=True))
    np.testing.assert_allclose(
        network({"tokens": tf.constant(tokens), **states})["logits"], first, atol=1e-5
    )
    pair = models.translator(12, 12, cell=name, units=4, num_layers=2, embedding_dim=4)
    assert np.asarray(pair([tokens, tokens])).shape == (2, 4, 12)


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


def test_without_options_our_lstm_cell_is_keras():
    x = np.random.default_rng(0).standard_normal((3, 5, FEATURES)).astype("float32")
    ours, stock = RNN(layers.LSTMCell(4)), keras.layers.LSTM(4)
    ours.build(x.shape), stock.build(x.shape)
    stock.set_weights(ours.get_weights())
    np.testing.assert_allclose(ours(x), stock(x), atol=1e-6)
    np.testing.assert_array_equal(ours.cell.bias[4:8], 1)  # the forget gate's


def test_peepholes_are_those_of_tensorflow():
    generator = np.random.default_rng(0)
    x = generator.standard_normal((6, 9, 5)).astype("float32")
    cell = layers.LSTMCell(7, peepholes=True, unit_forget_bias=False, cell_clip=0.8)
    layer = RNN(cell, return_sequences=True)
    layer.build(x.shape)
    for weight in layer.weights:
        weight.assign(generator.standard_normal(weight.shape) * 0.5)
    out = tf.raw_ops.BlockLSTMV2(
        seq_len_max=9, x=x.transpose(1, 0, 2), cs_prev=np.zeros((6, 7), "f"), h_prev=np.zeros((6, 7), "f"),
        w=np.concatenate([cell.kernel, cell.recurrent_kernel]), wci=cell.peephole[0], wcf=cell.peephole[1],
        wco=cell.peephole[2], b=cell.bias, use_peephole=True, cell_clip=0.8,
    )  # fmt: skip
    np.testing.assert_allclose(np.asarray(layer(x)).transpose(1, 0, 2), out.h, atol=1e-5)
    assert np.abs(out.cs).max() == pytest.approx(0.8)


def test_a_projection_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.LSTM(5, 8, proj_size=3, batch_first=True)
    layer = RNN(layers.LSTMCell(8, projection=3), return_sequences=True, return_state=True)
    x = np.random.default_rng(0).standard_normal((4, 6, 5)).astype("float32")
    layer.build(x.shape)
    w = {name: value.detach().numpy() for name, value in theirs.named_parameters()}
    layer.cell.kernel.assign(w["weight_ih_l0"].T)
    layer.cell.recurrent_kernel.assign(w["weight_hh_l0"].T)
    layer.cell.bias.assign(w["bias_ih_l0"] + w["bias_hh_l0"])
    layer.cell.projection_kernel.assign(w["weight_hr_l0"].T)
    with torch.no_grad():
        outputs, (h, c) = theirs(torch.from_numpy(x))
    for a, b in zip(layer(x), (outputs, h[0], c[0]), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["lstm_no_forget_gate", "coupled_lstm", "layer_norm_gru", "narx", "indrnn"]
)
def test_dropout_of_a_cell_is_one_draw_for_all_steps(name):
    kind = CELLS[name]
    x = np.ones((2, 6, FEATURES), "float32")
    layer = RNN(
        kind.made_by(4, recurrent_dropout=0.5, dropout=0.5, seed=1, **kind.settings)
    )
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


def test_first_weights_are_what_makes_some_cells():
    np.testing.assert_array_equal(
        built("irnn", initial_scale=0.1).cell.recurrent_kernel, np.eye(30)
    )
    reservoir = np.asarray(built("esn").cell.recurrent_kernel)
    assert np.abs(np.linalg.eigvals(reservoir)).max() == pytest.approx(0.9, rel=1e-4)
    assert 0.25 < (reservoir != 0).mean() < 0.4
    assert not built("esn").trainable_variables
    assert np.asarray(built("coupled_lstm").cell.bias)[:30].tolist() == [-1.0] * 30


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function")
def test_any_cell_may_be_built_inside_a_graph():
    for name in CELLS:
        layer = recurrent(name, 3)
        assert tf.function(layer)(tf.zeros((2, 4, FEATURES))).shape == (2, 4, 3)


@pytest.mark.parametrize(
    ("units", "connectivity"), [(1, 1.0), (7, 0.1), (150, 0.05), (80, 1.0)]
)
def test_a_spectral_radius_is_the_largest_eigenvalue(units, connectivity):
    make = layers.SpectralRadius(1.3, connectivity, seed=units)
    matrix = keras.ops.convert_to_numpy(make((units, units)))
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(1.3, rel=1e-4)


def built(name, **more):
    layer = recurrent(name, 30, **more)
    layer.build((None, None, 2))
    return layer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.LSTMCell(4, forget_gate="none"), "forget_gate: expected one of"),
        (lambda: layers.LSTMCell(4, forget_gate="coupled", input_gate=False), "takes away"),
        (lambda: layers.LSTMCell(4, projection=0), "projection: expected a size"),
        (
            lambda: layers.LSTMCell(4, cell_clip=-1),
            "cell_clip: expected a number above 0; got -1",
        ),
        (lambda: layers.ESNCell(4, leak=2), "leak: expected a share"),
        (
            lambda: layers.NARXCell(4, output_delays=0),
            "output_delays: expected a whole number of at least 1",
        ),
        (lambda: layers.SpectralRadius(-1), "radius: expected a number above 0"),
        (lambda: layers.SpectralRadius(1.0)((2, 3)), "expected a square matrix"),
        (lambda: layers.MogrifierLSTMCell(4, rounds=-1), "rounds, rank"),
    ],
)
def test_unusable_cells(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_stateful_layer_is_called_eagerly():
    x = np.random.default_rng(0).standard_normal((2, 6, 3)).astype("float32")
    one = layers.RNN(layers.NARXCell(4), stateful=True)
    other = layers.RNN(layers.NARXCell(4))
    other.build(x.shape)
    halves = [one(x[:, :3]), one(x[:, 3:])]
    other.cell.set_weights(one.cell.get_weights())
    np.testing.assert_allclose(halves[1], other(x), atol=1e-6)


def test_a_reservoir_in_double_precision(float64):
    x = np.random.default_rng(0).standard_normal((2, 4, 3))
    assert layers.recurrent("esn", 4)(x).dtype == "float64"


def test_a_reservoir_without_connections_is_refused():
    with pytest.raises(InputError, match="connectivity"):
        layers.ESNCell(4, connectivity=0)
