"""Second derivatives of the compiled layers, against those of Keras' own loop over the same cell."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.table import CELLS
from tests.support.recurrence import MASKS

BATCH, TIME, FEATURES, UNITS = 3, 6, 4, 5


def compiled():
    """The names of the cells that have a compiled loop."""
    names = []
    for name in CELLS:
        made = recurrent(name, UNITS)
        made.build((None, None, FEATURES))
        if made.compiled_form() is not None and made.obstacle(training=False) is None:
            names.append(name)
    return names


def penalty(layer, x, mask, weights=()):
    """A gradient penalty, as in WGAN-GP (Gulrajani et al. 2017), and its gradients of inputs and weights."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            every = tf.nest.flatten(layer(x, mask=mask, training=True))
            generator = np.random.default_rng(1)
            value = sum(
                tf.reduce_sum(y * tf.constant(generator.standard_normal(y.shape)))
                for y in every
            )
        slope = inner.gradient(value, [x, *layer.trainable_variables])
        total = sum(tf.reduce_sum(each**2) for each in slope)
    return total, outer.gradient(total, [x, *layer.trainable_variables])


def pair(name, **more):
    """A compiled layer, and the same with Keras' loop, in float64."""
    made = []
    for fused in ("auto", False):
        layer = recurrent(name, UNITS, **more)
        config = layer.get_config() | {"dtype": "float64"}
        config = with_fused(config, fused)
        made.append(type(layer).from_config(config))
        made[-1].build((None, None, FEATURES))
    generator = np.random.default_rng(2)
    weights = [generator.standard_normal(w.shape) * 0.5 for w in made[0].get_weights()]
    for layer in made:
        layer.set_weights(weights)
    return made


def with_fused(config, fused):
    """A layer's config, and those of the layers in it, with another `fused` and in float64."""
    changed = dict(config)
    for name, value in config.items():
        if name in ("layer", "backward_layer", "cell") and isinstance(value, dict):
            inner = with_fused(value["config"], fused) | {"dtype": "float64"}
            changed[name] = value | {"config": inner}
    return changed | {"fused": fused} if "fused" in config else changed


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", compiled())
def test_they_are_those_of_the_plain_loop(name, bidirectional):
    more = {"return_sequences": True, "return_state": True, "bidirectional": bidirectional}
    fast, plain = pair(name, **more)
    generator = np.random.default_rng(3)
    x = tf.constant(generator.standard_normal((BATCH, TIME, FEATURES)))
    mask = MASKS["holes"](BATCH, TIME, generator)
    total, found = penalty(fast, x, tf.constant(mask))
    expected_total, expected = penalty(plain, x, tf.constant(mask))
    assert fast.loop == "fused" and plain.loop.startswith("plain")
    assert float(total) == pytest.approx(float(expected_total), rel=1e-9)
    for ours_, theirs in zip(found, expected, strict=True):
        # What nothing depends on is None in one and zero in the other.
        theirs = tf.zeros_like(ours_) if theirs is None else theirs
        np.testing.assert_allclose(ours_, theirs, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
def test_with_any_mask_and_result(mask, backwards, sequences):
    generator = np.random.default_rng(3)
    settings = {
        "go_backwards": backwards,
        "return_sequences": sequences,
        "dtype": "float64",
    }
    fast, plain = ours.LSTM(UNITS, **settings), ours.LSTM(UNITS, **settings, fused=False)
    x = tf.constant(generator.standard_normal((BATCH, TIME, FEATURES)))
    chosen = MASKS[mask](BATCH, TIME, generator)
    chosen = None if chosen is None else tf.constant(chosen)
    fast(x)
    plain(x)
    plain.set_weights(fast.get_weights())
    for ours_, theirs in zip(
        tf.nest.flatten(penalty(fast, x, chosen)),
        tf.nest.flatten(penalty(plain, x, chosen)),
        strict=True,
    ):
        np.testing.assert_allclose(ours_, theirs, rtol=1e-8, atol=1e-10)


def test_within_a_graph_and_a_third_time():
    layer = ours.GRU(UNITS, dtype="float64")
    x = tf.constant(np.random.default_rng(0).standard_normal((2, TIME, FEATURES)))

    def cube(x):
        with tf.GradientTape() as first:
            first.watch(x)
            with tf.GradientTape() as second:
                second.watch(x)
                with tf.GradientTape() as third:
                    third.watch(x)
                    y = tf.reduce_sum(layer(x) ** 2)
                slope = tf.reduce_sum(third.gradient(y, x) ** 2)
            curve = tf.reduce_sum(second.gradient(slope, x) ** 2)
        return first.gradient(curve, x)

    eager = cube(x)
    assert layer.loop == "fused"
    np.testing.assert_allclose(tf.function(cube)(x), eager, rtol=1e-9)
    plain = ours.GRU(UNITS, dtype="float64", fused=False)
    plain.build(x.shape)
    plain.set_weights(layer.get_weights())
    layer = plain
    np.testing.assert_allclose(cube(x), eager, rtol=1e-7)


def test_a_model_with_a_gradient_penalty_trains():
    class Penalised(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer, self.head = ours.LSTM(4), keras.layers.Dense(1)

        def call(self, x):
            return self.head(self.layer(x))

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    predicted = self(x, training=True)
                penalty = tf.reduce_mean(inner.gradient(predicted, x) ** 2)
                loss = tf.reduce_mean((predicted - y) ** 2) + penalty
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            return {"penalised": loss}

    model = Penalised()
    model.compile("adam")
    x = np.random.default_rng(0).standard_normal((16, 5, 3)).astype("float32")
    losses = model.fit(x, x[:, 0, :1], epochs=3, verbose=0).history["penalised"]
    assert losses[-1] < losses[0]
