"""The quick way through a forecaster of segments gives what the model gives, and its gradients."""

import numpy as np
import pytest
import tensorflow as tf

from seqzoo import models
from seqzoo.models.segmented import quick_of

RNG = np.random.default_rng(0)
BASE = {"mode": "segments", "units": 6, "look_back": 12, "segment": 4}


def built(features=3, horizon=8, **settings):
    model = models.forecaster(features, horizon, **BASE | settings)
    for weight in model.weights:  # biases and what begins with 0, too
        weight.assign(RNG.normal(0, 0.4, weight.shape))
    return model


def inputs(model, rows=5):
    values = RNG.normal(size=(rows, 12, model.inputs[0].shape[-1])).astype(np.float32)
    return tf.constant(values), tf.fill([rows], 12)


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("normalization", ["none", "last", "reversible"])
@pytest.mark.parametrize("distribution", ["point", "quantiles", "student_t"])
def test_forecasts_and_gradients_are_the_models(distribution, normalization, linear):
    model = built(distribution=distribution, normalization=normalization, linear=linear)
    values, lengths = inputs(model)
    quick, found = quick_of(model), []
    for forecast in (
        lambda: model([values, lengths], training=True),
        lambda: quick(values),
    ):
        with tf.GradientTape() as tape:
            given = forecast()
            loss = tf.reduce_sum(tf.sin(given))
        found.append((given, tape.gradient(loss, model.trainable_variables)))
    (ours, theirs), (one, other) = zip(*found, strict=True)
    np.testing.assert_allclose(theirs, ours, atol=1e-5)
    assert len(one) == len(model.trainable_variables)
    for own, expected in zip(other, one, strict=True):
        np.testing.assert_allclose(
            tf.convert_to_tensor(own), tf.convert_to_tensor(expected), atol=2e-4
        )


def test_a_single_channel_and_dropout():
    model = built(features=1, dropout=0.5)
    values, lengths = inputs(model, rows=400)
    quick = quick_of(model)
    first, second = quick(values), quick(values)
    assert (np.asarray(first) != np.asarray(second)).any(), "drawn anew"
    mean = np.mean([np.asarray(quick(values)) for _ in range(60)], axis=(0, 1))
    expected = np.asarray(model([values, lengths])).mean(axis=0)
    np.testing.assert_allclose(mean, expected, atol=0.05)


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "direct"},
        {"mode": "encoder_decoder"},
        {"cell": "lstm"},
        {"cell": "gru_reset_before"},
        {"num_layers": 2},
        {"units": (6, 6)},
        {"recurrent_dropout": 0.2},
        {"known_features": 1},
    ],
)
def test_others_go_through_the_model(settings):
    assert quick_of(models.forecaster(3, 8, **BASE | settings)) is None
    assert quick_of(models.series_classifier(3, 2, units=4)) is None
