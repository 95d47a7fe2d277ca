"""Gradients that vanish or explode on their way back."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.layers import LSTM, SimpleRNN
from tests.support.diagnosed import found, ids, network, only


@pytest.mark.parametrize(
    ("activation", "scale", "what"),
    [("tanh", 0.01, "vanishing"), ("relu", 5.0, "exploding")],
)
def test_gradients_that_vanish_and_explode(activation, scale, what):
    recurrent = keras.initializers.Identity(scale)
    layer = SimpleRNN(6, activation=activation, recurrent_initializer=recurrent, name="rnn")
    diagnosis = seqzoo.diagnose(network(layer), np.maximum(ids(), 1))
    assert only(found(diagnosis, "gradients", "warning")).startswith(f"rnn: {what}")
    first, *_, last = diagnosis.gradient_norms[0]
    assert (first < last * 1e-6) if what == "vanishing" else (first > last * 1e3)


def test_the_loss_is_the_users():
    model = network(LSTM(4, return_sequences=True))
    last = seqzoo.diagnose(
        model, np.maximum(ids(), 1), loss=lambda outputs: ops.sum(outputs[:, 3])
    )
    for row in last.gradient_norms:
        assert np.count_nonzero(row) == 4  # nothing behind step 3 has a part in it


def test_an_explosion_that_overflows_is_called_one():
    layer = keras.layers.SimpleRNN(
        4,
        activation="relu",
        recurrent_initializer=keras.initializers.Constant(5.0),
        use_bias=False,
    )
    x = np.ones((2, 30, 3), np.float32)
    found = seqzoo.diagnose(
        keras.Sequential([keras.Input((None, 3)), layer, layers.Dense(1)]), x
    )
    assert any("exploding: it gives numbers of" in each.found for each in found.warnings)
