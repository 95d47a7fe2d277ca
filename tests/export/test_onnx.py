"""Networks in ONNX: the same numbers."""

import keras
import numpy as np
import pytest

import seqzoo
from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import ATTENTIONS, CELLS

onnxruntime = pytest.importorskip("onnxruntime")

SCANNED = {
    "layer_norm_simple_rnn", "indrnn", "linear_recurrence", "residual_recurrence", "narx", "layer_norm_gru",
    "projected_lstm", "peephole_projected_lstm", "layer_norm_lstm", "mogrifier_lstm", "nas",
}  # fmt: skip
RANDOM = np.random.default_rng(0)


def ids(rows=5, time=9, size=40):
    """Rows of falling length, padded on the right."""
    tokens = RANDOM.integers(1, size, (rows, time)).astype(np.int32)
    for row in range(rows):
        tokens[row, max(1, time - 2 * row) :] = 0
    return tokens


def random_weights(model):
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(RANDOM.normal(0, 0.4, weight.shape))
    return model


def both(model, given: dict):
    """Outputs by name of the model, of its ONNX form, and the kinds of nodes in that."""
    proto = to_onnx(random_weights(model))
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(names, given), strict=True))
    inputs = (
        given if isinstance(model.input, dict) else [given[x.name] for x in model.inputs]
    )
    outputs = model(inputs if len(given) > 1 else inputs[0], training=False)
    if not isinstance(outputs, dict):
        outputs = dict(zip(names, keras.tree.flatten(outputs), strict=True))
    expected = {name: np.asarray(outputs[name.removeprefix("next_")]) for name in names}
    return expected, found, {node.op_type for node in proto.graph.node}


def assert_equal(expected, found, real=None):
    assert expected
    for name in expected:
        ours, theirs = expected[name], found[name]
        assert ours.shape == theirs.shape
        if (
            real is not None and ours.shape[:2] == real.shape
        ):  # what stands at padding is nobody's
            ours, theirs = ours[real], theirs[real]
        np.testing.assert_allclose(theirs, ours, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_in_onnx(cell):
    model = models.classifier(
        40, 3, cell=cell, units=4, num_layers=2, residual=True, pooling="max_mean"
    )
    tokens = ids()
    expected, found, kinds = both(model, {"tokens": tokens})
    assert_equal(expected, found)
    assert ("Scan" in kinds) == (cell in SCANNED)
    assert cell in SCANNED or kinds & {"LSTM", "GRU", "RNN"}
    session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
    padded = session.run(None, {"tokens": np.pad(tokens, ((0, 0), (0, 7)))})[0]
    np.testing.assert_allclose(padded, found["label"], atol=1e-6)


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "attention"])
def test_poolings_in_onnx(pooling):
    expected, found, _ = both(
        models.classifier(40, 1, units=4, pooling=pooling), {"tokens": ids()}
    )
    assert_equal(expected, found)


@pytest.mark.parametrize("crf", [True, False])
@pytest.mark.parametrize("pairs", [None, 30])
def test_taggers_in_onnx(crf, pairs):
    tokens = ids(rows=20)
    given = {"tokens": tokens} | (
        {"bigrams": np.where(tokens, tokens % 29 + 1, 0).astype(np.int32)} if pairs else {}
    )
    settings = {"tags": "BMES", "scheme": "BMES"} if crf else {}
    model = models.tagger(
        40, 4, crf=crf, bigram_vocab_size=pairs, units=4, num_auxiliary=3, **settings
    )
    expected, found, _ = both(model, given)
    assert set(found) == {"tags" if crf else "tag", "auxiliary"}
    assert_equal(expected, found, tokens > 0)
    if crf:
        assert not found["tags"][tokens == 0].any()


PLACES = [(attention, "top", False) for attention in (None, *ATTENTIONS)]


@pytest.mark.parametrize(
    ("attention", "at", "feeding"),
    [*PLACES, ("luong", "bottom", False), ("bahdanau", "top", True)],
)
def test_translators_in_onnx(attention, at, feeding):
    model = models.translator(
        40, 40, cell="nas" if attention == "dot" else "lstm", attention=attention, attention_at=at,
        input_feeding=feeding, units=(8, 8), embedding_dim=8, bridge="dense", tie_embeddings=feeding,
    )  # fmt: skip
    source = ids()
    expected, encoded, _ = both(models.encoder_of(model), {"source": source})
    assert_equal(expected, encoded, source > 0)
    step = models.step_of(model)
    given = {name: encoded[name] for name in step.input if name != "token"}
    expected, found, _ = both(
        step, given | {"token": np.full((len(source), 1), 5, np.int32)}
    )
    assert_equal(expected, found)


@pytest.mark.parametrize(
    "settings", [{}, {"tie_embeddings": True}, {"cutoffs": (10, 20)}, {"cell": "narx"}]
)
def test_language_models_in_onnx(settings):
    network = models.stateless_of(models.language_model(40, units=8, **settings))
    given = {"tokens": RANDOM.integers(1, 40, (3, 7)).astype(np.int32)}
    given |= {
        n: RANDOM.normal(size=(3, x.shape[-1])).astype(np.float32)
        for n, x in network.input.items()
        if n != "tokens"
    }
    assert_equal(*both(network, given)[:2])


def test_what_has_no_rule_is_refused():
    x = keras.Input((None, 3))
    model = keras.Model(x, keras.ops.sort(x))
    with pytest.raises(InputError, match=r"Sort .*: seqzoo has no rule for it"):
        to_onnx(model)
    x = keras.Input((None, 3))
    with pytest.raises(InputError, match="go_backwards"):
        to_onnx(keras.Model(x, seqzoo.layers.GRU(2, go_backwards=True)(x)))
