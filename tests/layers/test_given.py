"""What layers and losses are called with: one line names what was expected."""

import importlib.util

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from seqzoo.layers import CRFLoss
from seqzoo.layers.given import check_states
from seqzoo.models import classifier, tagger

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
TOKENS = np.array([[3, 5, 2, 0], [4, 1, 0, 0]], np.int32)
TAGS = np.array([[0, 2, 3, 0], [3, 3, 0, 0]])


def zeros(*sizes):
    return [np.zeros((2, size), "float32") for size in sizes]


@pytest.mark.parametrize(
    ("layer", "states", "message"),
    [
        (ours.LSTM(4, name="a"), zeros(4), "a: initial_state: expected 2 states, .*; got 1"),
        (ours.LSTM(4, name="a"), zeros(4, 4, 4), "a: initial_state: expected 2 states, .*; got 3"),
        (ours.LSTM(4, name="a"), zeros(4, 5), r"a: initial_state\[1\]: expected \(batch, 4\); got \(2, 5\)"),
        (ours.GRU(4, name="a"), zeros(5), r"a: initial_state\[0\]: expected \(batch, 4\); got \(2, 5\)"),
        (ours.SimpleRNN(4, name="a"), zeros(4, 4), r"a: initial_state: expected 1 states, .*; got 2"),
        (ours.Bidirectional(ours.LSTM(4), name="a"), zeros(4, 4), "a: .* expected 4 states, .*; got 2"),
    ],
    ids=str,
)  # fmt: skip
def test_first_states_that_do_not_fit_are_named(layer, states, message):
    with pytest.raises(ValueError, match=message):
        layer(X, initial_state=states)


def test_states_of_a_stack_of_cells_are_told_one_by_one():
    stack = ours.StackedCells([ours.LSTMCell(4, projection=3), keras.layers.GRUCell(5)])
    layer = ours.RNN(stack, name="a")
    assert layer(X).shape == (2, 5)
    taken = layer(X, initial_state=[zeros(3, 4), *zeros(5)])
    np.testing.assert_array_equal(taken, layer(X))
    with pytest.raises(ValueError, match=r"a: initial_state\[2\]: expected \(batch, 5\)"):
        check_states("a", [zeros(3, 4), *zeros(6)], stack.state_size)


def test_first_states_that_fit_are_taken():
    for layer, states in (
        (ours.LSTM(4), zeros(4, 4)),
        (ours.Bidirectional(ours.GRU(4)), zeros(4, 4)),
    ):
        np.testing.assert_array_equal(layer(X, initial_state=states), layer(X))


def test_ragged_rows_are_refused_with_what_to_do():
    ragged = tf.ragged.constant([[3, 5, 2], [4]], dtype=tf.int32)
    model = classifier(10, 3, units=4, embedding_dim=5)
    for call in (model, lambda ids: model.predict(ids, verbose=0)):
        with pytest.raises(
            ValueError, match=r"got a ragged tensor; call ids\.to_tensor\(0\) first"
        ):
            call(ragged)
    assert model(ragged.to_tensor(0)).shape == (2, 3)
    with pytest.raises(ValueError, match=r"lstm.*: expected rows of one length"):
        ours.LSTM(4, name="lstm")(tf.ragged.constant([[[1.0]], [[1.0], [2.0]]]))
    unequal = [np.array([3, 5, 2]), np.array([4])]
    with pytest.raises(ValueError, match="number of samples"):
        model.predict(unequal, verbose=0)


def test_a_stateful_layer_names_its_batch():
    layer = ours.LSTM(4, stateful=True)
    inputs = keras.Input(batch_shape=(2, None, 3))
    model = keras.Model(inputs, layer(inputs))
    with pytest.raises(ValueError, match="Expected batch size: 2"):
        model(np.zeros((3, 4, 3), "float32"))


@pytest.fixture(scope="module")
def crf():
    return tagger(10, 4, units=4, dropout=0.0)


def test_labels_with_a_last_axis_of_one_are_squeezed(crf):
    potentials, loss = crf(TOKENS)["potentials"], CRFLoss()
    assert float(loss(TAGS[..., None], potentials)) == float(loss(TAGS, potentials))
    crf.compile("sgd", loss={"potentials": loss})
    (found,) = crf.fit(TOKENS, {"potentials": TAGS[..., None]}, verbose=0).history["loss"]
    assert found == pytest.approx(float(loss(TAGS, potentials)), rel=1e-5)


def test_labels_from_one_are_refused(crf):
    message = r"labels: expected 0 to 3, or -1 where it is not known; got 4 in row"
    with pytest.raises(ValueError, match=message):
        CRFLoss()(TAGS + 1, crf(TOKENS)["potentials"])
    crf.compile("sgd", loss={"potentials": CRFLoss()})
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        crf.fit(TOKENS, {"potentials": TAGS + 1}, verbose=0)


def test_accuracy_of_tags_does_not_count_padding(crf):
    crf.compile(
        keras.optimizers.SGD(0.0),
        loss={"potentials": CRFLoss()},
        metrics={"tags": keras.metrics.Accuracy(name="accuracy")},
    )
    history = crf.fit(TOKENS, {"potentials": TAGS, "tags": TAGS}, verbose=0).history
    (found,) = (value for name, (value,) in history.items() if name.endswith("accuracy"))
    real = TOKENS > 0
    assert found == pytest.approx(np.mean((np.asarray(crf(TOKENS)["tags"]) == TAGS)[real]))


def test_a_model_of_the_users_own_class_is_named():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.layer = keras.layers.LSTM(3)

        def call(self, x):
            return self.layer(x)

    model = Own()
    model(X)
    for twin in (ours.from_stock, ours.to_stock):
        with pytest.raises(
            TypeError, match=r"own: expected a functional or sequential model, .*; got Own"
        ):
            twin(model)


@pytest.mark.skipif(
    importlib.util.find_spec("tf2onnx") is None, reason="tf2onnx is not installed"
)
def test_a_builders_model_is_exported_to_onnx_by_keras(tmp_path):
    import onnxruntime

    model = classifier(10, 3, units=4, embedding_dim=5)
    expected = np.asarray(model(TOKENS))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    (found,) = session.run(None, {"tokens": TOKENS})
    np.testing.assert_allclose(found, expected, atol=1e-6)
