"""Classifiers and regressors whose tokens go straight into the gates, and that train on pieces."""

import keras
import numpy as np
import pytest

from seqzoo import InputError, models
from seqzoo.export.onnx.model import to_onnx

TOKENS = np.array([[5, 3, 7, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 0, 0, 0, 0, 0]], np.int32)
SETTINGS = {"cell": "forget_lstm", "units": 4, "embedding": "one_hot", "pooling": "max"}


def small(**more):
    keras.utils.set_random_seed(0)
    model = models.classifier(12, 3, **SETTINGS | more)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def test_the_table_has_a_row_of_gates_for_each_token():
    model = small()
    assert model.get_layer("embedding").embeddings.shape == (12, 2 * 2 * 4)
    # of each direction (4, 8) and a bias of 8, and the output layer; no kernels
    assert model.count_params() == 12 * 16 + 2 * (32 + 8) + 3 * (8 + 1)
    begun = models.classifier(12, 3, **SETTINGS | {"units": 16}).get_weights()
    kernels = [w for w in begun if w.shape in ((16, 32), (12, 64))]
    assert len(kernels) == 3
    assert all(0.005 < w.std() < 0.02 for w in kernels)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_and_batching_change_nothing(bidirectional):
    model = small(bidirectional=bidirectional, num_layers=2)
    expected = np.asarray(model(TOKENS))
    np.testing.assert_allclose(model(np.pad(TOKENS, ((0, 0), (0, 7)))), expected, atol=1e-6)
    for row, length in enumerate((TOKENS != 0).sum(1)):
        alone = model(TOKENS[row : row + 1, :length])
        np.testing.assert_allclose(alone[0], expected[row], atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_onnx_gives_the_same(bidirectional):
    runtime = pytest.importorskip("onnxruntime")
    model = small(bidirectional=bidirectional)
    session = runtime.InferenceSession(to_onnx(model).SerializeToString())
    (found,) = session.run(None, {"tokens": TOKENS})
    np.testing.assert_allclose(found, model(TOKENS), atol=1e-5)


def test_pieces_are_for_training_alone():
    """What is saved reads whole texts and has the same weights."""
    model = small(chop=2, dropout=0.0)
    (saved,) = models.parts(model).values()
    np.testing.assert_allclose(saved(TOKENS), model(TOKENS), atol=1e-6)
    assert np.abs(model(TOKENS, training=True) - model(TOKENS)).max() > 1e-3
    assert models.described_for_use(model)["arguments"]["chop"] == 0
    assert not [layer for layer in saved.layers if layer.name.startswith("chopped")]
    assert models.regressor(12, **SETTINGS, chop=2).get_layer("chopped_1").size == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"cell": "lstm"},
            "cell lstm: expected one that takes words into its gates: forget_lstm",
        ),
        ({"embedding": "two_hot"}, "embedding: .*two_hot"),
        ({"chop": -1}, "chop: expected a whole number of at least 0; got -1"),
        ({"chop": 5, "pooling": "last"}, "chop: pooling last reads the last piece alone"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        small(**settings)
