"""Models with a fault that must be found, and healthy ones that must not be accused."""

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.diagnosis.gates import gates_of, outputs_before, outputs_of
from seqzoo.diagnosis.paths import cudnn_obstacles
from seqzoo.layers import GRU, LSTM, RNN, Bidirectional, NASCell, SimpleRNN
from seqzoo.models import classifier, language_model, tagger, translator
from tests.support.diagnosed import (
    LENGTHS,
    ROWS,
    TIME,
    VOCABULARY,
    found,
    ids,
    network,
    only,
    stock,
)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: classifier(VOCABULARY, 2, units=4, pooling="max_mean"),
        lambda: classifier(
            VOCABULARY, 2, units=4, cell="gru", pooling="attention", num_layers=2
        ),
        lambda: tagger(VOCABULARY, 4, units=4, bigram_vocab_size=40),
        lambda: network(layers.GRU(5, go_backwards=True)),
        lambda: stock(
            layers.Bidirectional(layers.LSTM(6, return_sequences=True)), mask_zero=True
        ),
        lambda: language_model(VOCABULARY, units=8, batch_size=ROWS, weight_drop=0.5),
        lambda: translator(VOCABULARY, VOCABULARY, units=8, embedding_dim=6),
    ],
    ids=["lstm", "gru", "tagger", "backwards", "stock", "language model", "translator"],
)
def test_healthy_models_are_not_accused(build, tmp_path):
    model = build()
    before = model.get_weights()
    batch = ids() if len(model.inputs) == 1 else [ids(), ids(2)]
    diagnosis = seqzoo.diagnose(model, batch)
    assert diagnosis.warnings == []
    assert diagnosis.gradient_ratio > 1e-6
    assert str(diagnosis).startswith(f"{model.name}, on ")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    model.save(
        tmp_path / "model.keras"
    )  # a model that shares layers with another one can't be
    assert len(keras.saving.load_model(tmp_path / "model.keras").weights) == len(
        model.weights
    )


def test_what_is_right_is_told_too():
    model = network(Bidirectional(LSTM(4), name="lstm"))
    diagnosis = seqzoo.diagnose(model, ids())
    assert only(found(diagnosis, "loop", "ok")).startswith(
        "lstm: compiled, in inference and in training"
    )
    assert "a GPU can take cuDNN" in only(found(diagnosis, "cudnn", "ok"))
    assert "more padding changes no output" in only(found(diagnosis, "masks", "ok"))
    assert "on the right" in only(found(diagnosis, "batch", "ok"))
    assert set(diagnosis.saturation["lstm/forward"]) == {"input", "forget", "output"}
    assert [len(row) for row in diagnosis.gradient_norms] == list(LENGTHS)
    assert json.loads(diagnosis.to_json())["gradient_ratio"] == pytest.approx(
        diagnosis.gradient_ratio
    )


def test_a_made_up_batch_is_said_to_be_one():
    model = network(LSTM(4))
    assert "made-up batch of random ids" in str(seqzoo.diagnose(model))
    assert "made-up" not in str(seqzoo.diagnose(model, ids()))


def test_padding_that_is_not_on_the_right():
    model = network(LSTM(4, name="lstm"))
    diagnosis = seqzoo.diagnose(model, ids()[:, ::-1])
    assert "left in 4 rows" in only(found(diagnosis, "batch", "warning"))
    text = only(found(diagnosis, "cudnn", "warning"))
    assert (
        "cuDNN can't take this batch: the layer's mask is not padded on the right" in text
    )
    assert found(diagnosis, "masks", "ok")  # the mask serves on this side too
    holes = ids()
    holes[0, 4] = 0
    assert "within in 1 rows" in only(
        found(seqzoo.diagnose(model, holes), "batch", "warning")
    )


def test_rows_without_tokens_and_little_but_padding():
    batch = ids()
    batch[3:] = 0
    diagnosis = seqzoo.diagnose(network(LSTM(4)), batch)
    assert "3 rows without a token (3, 4, 5)" in only(found(diagnosis, "batch", "warning"))
    assert "has a row without a token" in only(found(diagnosis, "cudnn", "warning"))
    assert "57% of the positions" in only(found(diagnosis, "batch", "note"))


def test_ids_that_the_embedding_has_not():
    batch = ids()
    batch[0, :2] = VOCABULARY, -1
    text = only(found(seqzoo.diagnose(network(LSTM(4)), batch), "batch", "warning"))
    assert text.startswith(
        f"embedding: 2 ids outside its {VOCABULARY} rows: from -1 to {VOCABULARY}"
    )


@pytest.mark.parametrize(
    ("layer", "loop", "advice"),
    [
        (
            lambda: LSTM(4, activation="elu", name="lstm"),
            "lstm: not compiled: activations other",
            "default activations",
        ),
        (lambda: GRU(4, fused=False), "not compiled: fused=False", "auto"),
        (
            lambda: LSTM(4, recurrent_dropout=0.1),
            "compiled in inference; in training not",
            "WeightDrop",
        ),
        (lambda: layers.LSTM(4), "a stock layer", "seqzoo.layers.from_stock(model) gives"),
        (
            lambda: layers.LSTM(4, activation="elu"),
            "a stock layer: activations",
            "; then seqzoo.layers.",
        ),
        (lambda: RNN(NASCell(4)), "NASCell", "docs/cells.md tells which"),
    ],
)
def test_what_bars_the_compiled_loop(layer, loop, advice):
    text = only(found(seqzoo.diagnose(network(layer()), ids()), "loop", "note"))
    assert loop in text
    assert advice in text


@pytest.mark.parametrize(
    ("layer", "obstacle"),
    [
        (lambda: layers.LSTM(4, activation="elu"), "activation is not tanh"),
        (
            lambda: layers.LSTM(4, recurrent_activation="tanh"),
            "recurrent_activation is not sigmoid",
        ),
        (lambda: LSTM(4, recurrent_dropout=0.1), "recurrent_dropout (in inference too)"),
        (lambda: LSTM(4, unroll=True), "unroll=True"),
        (lambda: GRU(4, use_bias=False), "use_bias=False"),
        (lambda: GRU(4, reset_after=False), "reset_after=False"),
        (lambda: layers.GRU(4, use_cudnn=False), "use_cudnn=False"),
        (lambda: layers.GRU(4), None),
        (lambda: LSTM(4, dropout=0.5, go_backwards=True), None),
    ],
)
def test_what_bars_cudnn(layer, obstacle):
    assert cudnn_obstacles(layer()) == ([] if obstacle is None else [obstacle])


def test_cudnn_is_told_of_in_the_findings():
    text = only(
        found(seqzoo.diagnose(network(LSTM(4, activation="elu")), ids()), "cudnn", "note")
    )
    assert "could not take cuDNN for it: activation is not tanh" in text


@pytest.mark.parametrize("time", [None, TIME])
def test_the_layer_where_masks_stop_is_named(time):
    pool = layers.GlobalAveragePooling1D(name="pool")
    model = network(Bidirectional(LSTM(4, return_sequences=True)), pool=pool, time=time)
    text = only(found(seqzoo.diagnose(model, ids()), "masks"))  # the LSTM has its mask
    assert text.startswith("pool: more padding changes what it gives")
    assert "it was given no mask -> pass it" in text


def test_a_mask_of_something_else_is_found():
    backwards = layers.GRU(
        4, return_sequences=True, go_backwards=True
    )  # its outputs are in reverse
    diagnosis = seqzoo.diagnose(network(backwards, SimpleRNN(4, name="rnn")), ids())
    text = only(found(diagnosis, "masks", "warning"))
    assert text.startswith("rnn: more padding changes what it gives")
    assert "though it was given a mask -> its mask is not that of the tokens" in text


@pytest.mark.parametrize("kind", [layers.LSTM, GRU])
def test_recurrent_layers_without_a_mask_are_named(kind):
    model = stock(kind(4, return_sequences=True, name="a"), kind(4, name="b"))
    diagnosis = seqzoo.diagnose(model, ids())
    assert only(found(diagnosis, "masks", "warning")).startswith(
        "b: "
    )  # a's outputs are right
    assert only(found(diagnosis, "masks", "note")).startswith(
        "a: reads padding, and was given no mask"
    )


def test_an_operation_that_takes_no_mask_is_named():
    model = network(LSTM(4, return_sequences=True), pool=lambda x: ops.sum(x, axis=1))
    text = only(found(seqzoo.diagnose(model, ids()), "masks", "warning"))
    assert "it takes no mask -> use a layer" in text


def test_a_size_fixed_inside_the_model_is_no_fault():
    model = network(LSTM(4, return_sequences=True), pool=layers.Flatten(), time=TIME)
    diagnosis = seqzoo.diagnose(model, ids())
    assert "can't be run with more padding" in only(found(diagnosis, "masks"))
    assert diagnosis.warnings == []


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


def test_weights_that_are_no_numbers():
    model = network(LSTM(4, name="lstm"))
    cell = model.get_layer("lstm").cell
    cell.kernel.assign(ops.full(cell.kernel.shape, np.nan))
    diagnosis = seqzoo.diagnose(model, ids())
    assert only(found(diagnosis, "values", "warning")).startswith(
        "lstm: gives NaN, and was given none"
    )
    assert "null" in diagnosis.to_json()


def test_what_an_export_would_meet():
    told = "\n".join(
        found(seqzoo.diagnose(tagger(VOCABULARY, 3, units=4, cell="gru"), ids()), "export")
    )
    for text in (
        "to_stock(model)",
        "any GRU, becomes a Loop",
        "Flex",
        "crf: a CRF has no stock twin",
    ):
        assert text in told
    double = layers.Lambda(lambda x: 2 * x, name="double")
    told = "\n".join(
        found(seqzoo.diagnose(network(RNN(NASCell(4), name="rnn"), pool=double)), "export")
    )
    for text in ("double: a Lambda is Python code", "rnn: its cell is seqzoo's own"):
        assert text in told
    assert "to_stock" not in told


def test_a_decoders_search_is_said_not_to_be_looked_at():
    model = translator(VOCABULARY, VOCABULARY, units=8, embedding_dim=6, input_feeding=True)
    told = "\n".join(found(seqzoo.diagnose(model, [ids()[:2, :3]] * 2), "scope"))
    assert "decoder: looked at with the whole target given" in told
    assert "decoder_gru_1: its cell is called step by step" in told


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
