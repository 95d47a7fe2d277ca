"""Layers on data that are far below 1: what is small must be as precise as what is not."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours

CELLS = ("SimpleRNN", "GRU", "LSTM")
SCALES = (1.0, 1e-2, 1e-4, 1e-7)
BATCH, TIME, FEATURES, UNITS = 8, 10, 16, 32


def build(library, cell, both, dtype):
    """A layer whose initialisers are Keras' defaults."""
    made = getattr(library, cell)(UNITS, return_sequences=True, dtype=dtype)
    made = library.Bidirectional(made, dtype=dtype) if both else made
    made.build((BATCH, TIME, FEATURES))
    return made


def results(layer, x, upstream):
    """Outputs, and gradients of the inputs and each weight, as arrays."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    gradients = tape.gradient(y, [x, *layer.trainable_variables], tf.constant(upstream))
    return [np.asarray(a) for a in (y, *gradients)]


def relative_errors(library, cell, both, scale):
    """Norms of the errors in float32 beside the norms of what float64 gives: outputs, worst gradient."""
    keras.utils.set_random_seed(0)
    single, double = (
        build(library, cell, both, "float32"),
        build(keras.layers, cell, both, "float64"),
    )
    double.set_weights(single.get_weights())
    generator = np.random.default_rng(0)
    x = (scale * generator.standard_normal((BATCH, TIME, FEATURES))).astype("float32")
    upstream = generator.standard_normal((BATCH, TIME, UNITS * (1 + both))).astype(
        "float32"
    )
    got = results(single, x, upstream)
    exact = results(double, x.astype("float64"), upstream.astype("float64"))
    errors = [
        np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(got, exact, strict=True)
    ]
    return errors[0], max(errors[1:])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_small_inputs_give_outputs_and_gradients_as_precise_as_large_ones(cell, both):
    for scale in SCALES:
        found, stock = (
            relative_errors(library, cell, both, scale) for library in (ours, keras.layers)
        )
        for error, theirs in zip(found, stock, strict=True):
            assert error <= max(1e-6, 2 * theirs), (
                f"inputs of {scale:.0e}: {error:.1e}; stock {theirs:.1e}"
            )


def relative_error_in_onnx(cell, both, scale):
    """The same of what ONNX Runtime gives for the layer's graph; outputs alone."""
    onnxruntime = pytest.importorskip("onnxruntime")
    from seqzoo.export.onnx.model import to_onnx

    keras.utils.set_random_seed(0)
    layer, double = (
        build(ours, cell, both, "float32"),
        build(keras.layers, cell, both, "float64"),
    )
    double.set_weights(layer.get_weights())
    given = keras.Input((None, FEATURES), name="x")
    proto = to_onnx(keras.Model(given, layer(given)))
    x = (scale * np.random.default_rng(0).standard_normal((BATCH, TIME, FEATURES))).astype(
        "float32"
    )
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    got, exact = session.run(None, {"x": x})[0], np.asarray(double(x.astype("float64")))
    return np.linalg.norm(got - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_small_inputs_to_exported_layers(cell, both):
    for scale in SCALES[::2]:
        assert relative_error_in_onnx(cell, both, scale) <= 2e-6


def test_an_exported_classifier_knows_rare_events():
    onnxruntime = pytest.importorskip("onnxruntime")
    from seqzoo.export.onnx.model import to_onnx

    given = keras.Input((1,), name="x")
    dense = keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")
    proto = to_onnx(keras.Model(given, dense(given)))
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    x = np.array([[-300], [-80], [-30], [-17], [-1], [0], [1], [30], [300]], "float32")
    exact = 1 / (1 + np.exp(-x.astype("float64")))
    np.testing.assert_allclose(session.run(None, {"x": x})[0], exact, rtol=1e-6, atol=1e-38)
