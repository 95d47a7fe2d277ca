"""Classifiers that look up pairs of neighbouring tokens, too, in a table that the pairs share by a hash."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import InputError, models
from seqzoo.export.onnx.model import to_onnx

ROWS = 17
TOKENS = np.array([[5, 3, 299, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 0, 0, 0, 0, 0]], np.int32)
SETTINGS = {"cell": "forget_lstm", "units": 4, "embedding": "one_hot", "pooling": "max"}
VECTORS = {"cell": "gru", "embedding": "vectors", "embedding_dim": 6}
BOTH = pytest.mark.parametrize("more", [{}, VECTORS], ids=["one_hot", "vectors"])


def small(**more):
    keras.utils.set_random_seed(0)
    model = models.classifier(300, 3, **{**SETTINGS, "bigrams": ROWS, **more})
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def table_of(model, name):
    return model.get_layer(name).embeddings.numpy()


def read_by_hand(model, tokens):
    """Probabilities of one text of the one-hot network, a token and a direction at a time."""
    words, pairs = table_of(model, "embedding"), table_of(model, "bigram_embedding")
    rows, before = [], 0
    for token in tokens:
        rows.append(words[token] + pairs[(10_007 * int(before) + int(token)) % ROWS])
        before = token
    layer = model.get_layer("bidirectional_forget_lstm_1")
    best = []
    for number, one in enumerate((layer.forward_layer, layer.backward_layer)):
        kernel, bias = (w.numpy() for w in one.weights)
        h, c, states = np.zeros(4), np.zeros(4), []
        for row in rows if number == 0 else rows[::-1]:
            z = row[8 * number : 8 * number + 8] + h @ kernel + bias
            c = c / (1 + np.exp(-z[:4])) + np.tanh(z[4:])
            h = np.tanh(c)
            states.append(h)
        best.append(np.max(states, axis=0))
    kernel, bias = (w.numpy() for w in model.get_layer("label").weights)
    e = np.exp(np.concatenate(best) @ kernel + bias)
    return e / e.sum()


def test_a_pair_adds_its_row_to_that_of_the_token(float64):
    model = small()
    found = np.asarray(model(TOKENS))
    for text, row in zip(TOKENS, found, strict=True):
        expected = read_by_hand(model, text[text != 0])
        np.testing.assert_allclose(row, expected, atol=1e-12)


@BOTH
def test_the_order_of_two_words_counts_and_the_table_begins_with_zeros(more):
    begun = models.classifier(300, 3, **{**SETTINGS, **more, "bigrams": ROWS})
    table = begun.get_layer("bigram_embedding").embeddings
    assert table.shape == (ROWS, begun.get_layer("embedding").embeddings.shape[1])
    assert not np.any(table)
    model = small(**more, pooling="mean", bidirectional=False)
    without = models.classifier(300, 3, **{**SETTINGS, **more, "bidirectional": False})
    assert len(model.weights) == len(without.weights) + 1


@BOTH
def test_padding_and_batching_change_nothing(more):
    model = small(**more)
    expected = np.asarray(model(TOKENS))
    np.testing.assert_allclose(model(np.pad(TOKENS, ((0, 0), (0, 7)))), expected, atol=1e-6)
    for row, length in enumerate((TOKENS != 0).sum(1)):
        alone = model(TOKENS[row : row + 1, :length])
        np.testing.assert_allclose(alone[0], expected[row], atol=1e-6)


def test_pairs_reach_over_the_pieces_of_training():
    """A piece begins with the first state; its first pair is that of the text."""
    whole, chopped = small(dropout=0.0), small(dropout=0.0, chop=6)
    np.testing.assert_allclose(
        chopped(TOKENS, training=True), whole(TOKENS), atol=1e-6
    )  # a piece is as long as the texts
    in_pieces = small(dropout=0.0, chop=2)
    (saved,) = models.parts(in_pieces).values()
    np.testing.assert_allclose(saved(TOKENS), whole(TOKENS), atol=1e-6)

    # The row of the pair that the second piece begins with is learned in training, too.
    text = TOKENS[:1, :4]
    before = np.asarray(in_pieces(text, training=True))
    table = in_pieces.get_layer("bigram_embedding").embeddings
    place = (10_007 * 3 + 299) % ROWS
    table.assign(table + np.eye(ROWS, dtype="float32")[:, [place]])
    assert np.abs(np.asarray(in_pieces(text, training=True)) - before).max() > 1e-3


@BOTH
def test_onnx_gives_the_same(more):
    runtime = pytest.importorskip("onnxruntime")
    model = small(**more)
    session = runtime.InferenceSession(to_onnx(model).SerializeToString())
    (found,) = session.run(None, {"tokens": TOKENS})
    np.testing.assert_allclose(found, model(TOKENS), atol=1e-5)


def test_the_graph_of_one_text_is_one_that_litert_has():
    """It has no BiasAdd of whole numbers, into which Keras would make a sum."""
    spec = tf.TensorSpec((1, 8), "int32")
    graph = tf.function(small(), input_signature=[spec]).get_concrete_function().graph
    assert any(o.type == "FloorMod" for o in graph.get_operations())
    sums = [o for o in graph.get_operations() if o.type == "BiasAdd"]
    assert not [o.name for o in sums if o.inputs[0].dtype != tf.float32]


def test_onnx_has_no_remainder_of_fractions():
    x = keras.Input((3,))
    with pytest.raises(InputError, match=r"ONNX: .*: expected whole numbers; got float32"):
        to_onnx(keras.Model(x, keras.ops.mod(x, 2.0)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bigrams": -1}, "bigrams: expected a whole number of at least 1; got -1"),
        ({"vocab_size": 300_000}, "bigrams: expected a vocabulary of at most 214,"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    given = {"vocab_size": 300, "num_classes": 2, "units": 4, "bigrams": ROWS, **settings}
    with pytest.raises(InputError, match=message):
        models.classifier(**given)
