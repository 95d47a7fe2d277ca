"""The adaptive softmax against the probabilities it stands for."""

import numpy as np
import pytest
from keras import ops

from seqzoo.layers import AdaptiveSoftmax


def test_adaptive_softmax_is_a_softmax_over_the_same_probabilities(float64):
    import tensorflow as tf

    layer = AdaptiveSoftmax(12, (3, 7), factor=2)
    random = np.random.default_rng(0)
    x, targets = (
        random.standard_normal((40, 6)),
        np.concatenate([np.arange(12), random.integers(0, 12, 28)]),
    )
    log_probs = ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(np.exp(log_probs).sum(axis=1), 1.0)
    head, downs, ups = layer.head.get_weights()[0], layer.down, layer.up
    z = x @ head
    z = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    for number, (low, high) in enumerate(((3, 7), (7, 12))):
        inner = x @ downs[number].get_weights()[0] @ ups[number].get_weights()[0]
        inner = inner - np.log(np.exp(inner).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(
            log_probs[:, low:high], z[:, 3 + number : 4 + number] + inner, atol=1e-12
        )
    np.testing.assert_allclose(log_probs[:, :3], z[:, :3], atol=1e-12)
    gold = -log_probs[np.arange(40), targets].sum()
    targets = targets.astype("int32")
    assert float(
        layer.cross_entropy(tf.constant(x), tf.constant(targets))
    ) == pytest.approx(gold)
    with tf.GradientTape() as tape:
        total = layer.cross_entropy(tf.constant(x), tf.constant(targets))
    gradients = tape.gradient(total, layer.trainable_variables)
    assert len(gradients) == 5
    for variable, gradient in zip(layer.trainable_variables, gradients, strict=True):
        value, index = (
            variable.numpy(),
            tuple(random.integers(0, size) for size in variable.shape),
        )
        found = []
        for step in (1e-6, -1e-6):
            moved = value.copy()
            moved[index] += step
            variable.assign(moved)
            found.append(-ops.convert_to_numpy(layer(x))[np.arange(40), targets].sum())
        variable.assign(value)
        assert gradient.numpy()[index] == pytest.approx(
            (found[0] - found[1]) / 2e-6, rel=1e-5, abs=1e-6
        )


def test_a_cluster_may_have_no_target():
    layer = AdaptiveSoftmax(12, (3, 7))
    x, targets = np.ones((2, 4), "float32"), np.array([1, 2], "int32")
    expected = -ops.convert_to_numpy(layer(x))[[0, 1], targets].sum()
    found = layer.cross_entropy(ops.convert_to_tensor(x), ops.convert_to_tensor(targets))
    assert float(found) == pytest.approx(expected, rel=1e-5)
