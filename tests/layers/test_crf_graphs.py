"""The CRF in TensorFlow's graphs: open shapes, masks of one row, labels that do not fit, derivatives."""

import numpy as np
import pytest
import tensorflow as tf

from seqzoo.layers import CRF, CRFLoss, chain

OPEN = tf.TensorSpec((None, None, 4, 3))
EMISSIONS = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")


@pytest.fixture(scope="module")
def layer():
    layer = CRF(3)
    layer.build((None, None, 3))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=weight.shape) for weight in layer.weights])
    return layer


def test_a_mask_of_one_row_serves_the_batch(layer):
    """Compiled code once read past its end."""
    mask = np.array([[True, True, False, True, False]])
    expected = layer(EMISSIONS, mask=np.repeat(mask, 4, axis=0))
    signature = [tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), tf.bool)]
    graph = tf.function(lambda x, mask: layer(x, mask=mask), input_signature=signature)
    for way in (graph(EMISSIONS, mask), layer(EMISSIONS, mask=mask)):
        for name, value in way.items():
            np.testing.assert_array_equal(value, expected[name])


@pytest.mark.parametrize("shape", [(4, 2), (3, 5), (2, 5)])
def test_a_mask_of_another_shape_is_an_error(shape, layer):
    scores = layer.scores()
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        chain.best_path_by_parts(tf.constant(EMISSIONS), tf.ones(shape, tf.bool), *scores)


@pytest.mark.parametrize("shape", [(1, 5, 3), (4, 5, 2), (4, 4), (1, 5)])
def test_labels_of_another_shape_are_an_error_in_an_open_graph(shape, layer):
    labels = tf.zeros(shape, tf.bool if len(shape) == 3 else tf.int32)
    signature = [tf.TensorSpec((None,) * len(shape), labels.dtype), OPEN]
    graph = tf.function(chain.log_likelihood, input_signature=signature)
    with pytest.raises(tf.errors.InvalidArgumentError, match="labels: expected int"):
        graph(labels, layer(EMISSIONS)["potentials"])


def test_best_paths_of_an_unknown_number_of_steps(layer):
    potentials = layer(EMISSIONS)["potentials"]
    graph = tf.function(lambda p: chain.viterbi(p, 3), input_signature=[OPEN])
    for got, expected in zip(graph(potentials), chain.viterbi(potentials, 3), strict=True):
        np.testing.assert_array_equal(got, expected)
    with pytest.raises(ValueError, match="n: expected at least 1; got 0"):
        chain.viterbi(potentials, 0)


def second(of):
    """A gradient of the gradient, by what the potentials are made of."""
    weights, emissions = (
        tf.Variable(np.eye(3) * 0.5 + 0.1),
        tf.constant(EMISSIONS.astype(float)),
    )
    layer = CRF(3, dtype="float64")
    layer.build((None, None, 3))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(emissions)
            value = tf.reduce_sum(of(layer.potentials(emissions @ weights)))
        slope = tf.reduce_sum(inner.gradient(value, emissions) ** 2)
    return outer.gradient(slope, weights)


@pytest.mark.parametrize(
    "of",
    [
        chain.log_partition,
        lambda p: chain.log_likelihood(np.zeros((4, 5), int), p),
        chain.marginals,
    ],
)
def test_second_derivatives_are_refused(of):
    """Where TensorFlow would leave a part of them out."""
    with pytest.raises(NotImplementedError, match="no gradient"):
        second(of)


@pytest.mark.parametrize("flags", [False, True])
def test_a_row_of_weight_0_does_not_count_even_if_its_labels_cannot_be(flags):
    layer = CRF(2, allowed=[[True, True], [True, False]])
    potentials = layer(np.zeros((2, 3, 2), "float32"))["potentials"]
    labels = np.array([[0, 0, 0], [1, 1, 1]])
    labels = np.eye(2, dtype=bool)[labels] if flags else labels
    assert np.isinf(CRFLoss(reduction="sum")(labels, potentials))
    weighted = CRFLoss(reduction="sum")(
        labels, potentials, sample_weight=np.array([1.0, 0.0])
    )
    np.testing.assert_allclose(weighted, np.log(5), rtol=1e-6)  # one of five paths
