"""Models with a fault that must be found, and healthy ones that must not be accused."""

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.layers import LSTM, RNN, Bidirectional, NASCell
from seqzoo.models import (
    classifier,
    language_model,
    series_classifier,
    tagger,
    translator,
)
from tests.support.diagnosed import (
    LENGTHS,
    ROWS,
    VOCABULARY,
    found,
    ids,
    network,
    only,
    stock,
)


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


def test_lengths_say_where_padding_is():
    told = seqzoo.diagnose(series_classifier(2, 3, units=4))
    assert "a made-up batch of random numbers" in told.batch
    found = [each.found for each in told.findings if each.check in ("batch", "masks")]
    assert any("padding (by their lengths), on the right" in each for each in found)
    assert any("more padding changes no output" in each for each in found)
    assert not told.warnings
