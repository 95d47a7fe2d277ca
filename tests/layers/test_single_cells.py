"""What single cells promise: their options, first weights and errors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import InputError, layers
from seqzoo.layers import RNN, recurrent

UNITS, FEATURES = 4, 3


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


def test_first_weights_are_what_makes_some_cells():
    np.testing.assert_array_equal(
        built("irnn", initial_scale=0.1).cell.recurrent_kernel, np.eye(30)
    )
    reservoir = np.asarray(built("esn").cell.recurrent_kernel)
    assert np.abs(np.linalg.eigvals(reservoir)).max() == pytest.approx(0.9, rel=1e-4)
    assert 0.25 < (reservoir != 0).mean() < 0.4
    assert not built("esn").trainable_variables
    assert np.asarray(built("coupled_lstm").cell.bias)[:30].tolist() == [-1.0] * 30


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
