"""Saturated gates, dead units, and gates against the cell's own steps."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.diagnosis.gates import gates_of, outputs_before, outputs_of
from seqzoo.layers import GRU, LSTM, SimpleRNN
from tests.support.diagnosed import LENGTHS, VOCABULARY, found, ids, network, only


@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_saturated_gates(kind):
    model = network(kind(4, name="rnn"))
    cell = model.get_layer("rnn").cell
    cell.bias.assign(ops.full(cell.bias.shape, 50.0))
    diagnosis = seqzoo.diagnose(model, ids())
    assert min(diagnosis.saturation["rnn"].values()) == 1.0
    assert "rnn: share at its end" in only(found(diagnosis, "gates", "warning"))


def test_a_saturated_simple_rnn():
    layer = SimpleRNN(4, kernel_initializer=keras.initializers.Orthogonal(1e4), name="rnn")
    diagnosis = seqzoo.diagnose(network(layer), ids())
    text = only(found(diagnosis, "gates", "warning"))
    assert text.startswith("rnn: share at its end (below 0.01 or above 0.99): output")


def test_a_long_memory_by_design_is_no_fault():
    layer = LSTM(4, name="lstm")
    model = network(layer)
    layer.cell.bias.assign(np.repeat([0.0, 9.0, 0.0, 0.0], 4))  # forget gates open
    diagnosis = seqzoo.diagnose(model, ids())
    assert "a long memory" in only(found(diagnosis, "gates", "note"))
    assert diagnosis.warnings == []


def test_dead_units():
    layer = SimpleRNN(4, activation="relu", kernel_initializer="ones", name="rnn")
    model = network(
        layer, embedded=layers.Embedding(VOCABULARY, 8, embeddings_initializer="uniform")
    )
    layer.cell.bias.assign([1.0, -100.0, 1.0, 1.0])
    text = only(found(seqzoo.diagnose(model, ids()), "units", "warning"))
    assert text.startswith(
        f"rnn: 1 of 4 units give the same at all {sum(LENGTHS)} positions, 1 of them 0"
    )


@pytest.mark.parametrize("mask_side", [1, -1])
@pytest.mark.parametrize(
    "layer",
    [
        lambda: LSTM(5),
        lambda: layers.LSTM(5, activation="elu", go_backwards=True, unit_forget_bias=False),
        lambda: GRU(5, use_bias=False, return_sequences=True, go_backwards=True),
        lambda: GRU(5, bias_initializer="normal", return_state=True),
        lambda: GRU(5, bias_initializer="normal", reset_after=False),
    ],
)
def test_gates_are_those_that_the_cell_comes_by_step_by_step(layer, mask_side):
    layer, random = layer(), np.random.default_rng(1)
    x = random.normal(size=(3, 7, 4)).astype(np.float32)
    mask = (np.arange(7) < [[7], [4], [2]])[:, ::mask_side]
    layer.build(x.shape)
    count = np.size(layer.cell.state_size)
    first = [random.normal(size=(3, 5)).astype(np.float32) for _ in range(count)]
    outputs = outputs_of(layer, x, mask, first)
    gates = list(gates_of(layer, x, outputs_before(layer, outputs, mask, first)).values())
    kernel, recurrent, *bias = (w.numpy() for w in layer.cell.weights)
    bias = sum(b.reshape(-1, kernel.shape[1]).sum(0) for b in bias)
    states = first
    for t in range(7)[:: -1 if layer.go_backwards else 1]:
        z = x[:, t] @ kernel + states[0] @ recurrent + bias
        expected = np.delete(
            np.split(z, z.shape[-1] // 5, axis=-1), 2, axis=0
        )  # without the candidate
        for gate, expect in zip(gates, expected, strict=True):
            np.testing.assert_allclose(gate[:, t], 1 / (1 + np.exp(-expect)), atol=1e-5)
        _, after = layer.cell(x[:, t], states)
        after = [ops.convert_to_numpy(state) for state in after]
        states = [
            np.where(mask[:, t, None], new, old)
            for new, old in zip(after, states, strict=True)
        ]
        np.testing.assert_allclose(outputs[mask[:, t], t], states[0][mask[:, t]], atol=1e-5)
