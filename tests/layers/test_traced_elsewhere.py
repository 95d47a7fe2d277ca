"""Calls that are traced to be exported, or for XLA: the compiled layers take Keras' loop by themselves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from seqzoo.models import classifier, tagger


@pytest.fixture(scope="module")
def tokens():
    return np.array([[3, 5, 2, 0, 0], [4, 1, 6, 7, 2]], np.int32)


@pytest.fixture(scope="module")
def model():
    return classifier(10, 3, units=4, embedding_dim=5, cell="gru")


def test_a_builders_model_is_exported_as_a_saved_model(model, tokens, tmp_path):
    expected = np.asarray(model(tokens))
    model.export(tmp_path / "exported", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "exported"))
    served = loaded.serve
    np.testing.assert_allclose(served(tokens), expected, atol=1e-6)
    layer = model.get_layer("bidirectional_gru_1")
    assert layer.loop == "plain: it is traced for export"
    model(tokens)
    assert layer.loop == "fused", "it is compiled again afterwards"


def test_a_tagger_is_exported_with_its_crf(tokens, tmp_path):
    tagging = tagger(10, 4, tags="BMES", scheme="BMES", cell="lstm", units=4)
    expected = tagging(tokens)
    tagging.export(tmp_path / "exported", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "exported"))
    served = loaded.serve(tokens)
    assert np.array_equal(served["tags"], expected["tags"])


def test_a_model_of_the_layers_alone_is_converted_for_litert(tmp_path):
    inputs = keras.Input((6, 3), batch_size=1)
    model = keras.Model(inputs, ours.LSTM(4)(inputs))
    x = np.random.default_rng(0).standard_normal((1, 6, 3)).astype("float32")
    expected = np.asarray(model(x))
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    assert len(converter.convert()) > 1000
    np.testing.assert_allclose(model(x), expected, atol=1e-6)


def test_xla_compiles_a_model_with_the_loop_of_keras(model, tokens):
    compiled = tf.function(model, jit_compile=True)
    np.testing.assert_allclose(compiled(tokens), model(tokens), atol=1e-5)


def test_xla_compiles_a_training_step(model, tokens):
    @tf.function(jit_compile=True)
    def slopes(tokens):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(tokens, training=False) ** 2)
        return tape.gradient(loss, model.trainable_variables[1:])

    def plain(tokens):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(tokens, training=False) ** 2)
        return tape.gradient(loss, model.trainable_variables[1:])

    for one, other in zip(slopes(tokens), plain(tokens), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
