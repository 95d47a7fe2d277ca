"""Batches of trees against a recursion in NumPy: outputs, gradients, padding, both loops."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import InputError
from seqzoo.layers import COMPOSITIONS, TreeStates
from tests.support.trees import random_trees, recursive, weights_of

RNG = np.random.default_rng(7)
BATCH, NODES, FEATURES, UNITS = 4, 11, 3, 4
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
LOOPS = ["levels", "nodes"] if ON_TENSORFLOW else ["nodes"]
ARITIES = {"child_sum": 3, "lstm": 2, "gru": 2, "tanh": 3, "tensor": 2}


def trees(kind, nodes=NODES):
    tokens, children = random_trees(RNG, BATCH, nodes, ARITIES[kind])
    return RNG.normal(size=(BATCH, nodes, FEATURES)), tokens, children


def built(kind, arrays, loop=None, dtype="float64"):
    layer = TreeStates(kind, UNITS, loop, dtype=dtype)
    layer.build(*[each.shape for each in arrays])
    layer.set_weights([0.5 * RNG.normal(size=w.shape) for w in layer.weights])
    return layer


def outputs(layer, arrays):
    return ops.convert_to_numpy(layer(*map(ops.convert_to_tensor, arrays)))


def reference(layer, kind, arrays):
    weights = weights_of(layer.composition)
    rows = zip(*arrays, strict=True)
    return np.stack([recursive(kind, weights, *row, UNITS) for row in rows])


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", COMPOSITIONS)
def test_every_node_is_what_the_recursion_gives(kind, loop):
    arrays = trees(kind)
    layer = built(kind, arrays, loop)
    np.testing.assert_allclose(
        outputs(layer, arrays), reference(layer, kind, arrays), atol=1e-12
    )


@pytest.mark.skipif(not ON_TENSORFLOW, reason="the tape is TensorFlow's")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", COMPOSITIONS)
def test_gradients_are_those_of_the_recursion(kind, loop):
    import tensorflow as tf

    arrays = trees(kind)
    layer = built(kind, arrays, loop)
    marks = RNG.normal(size=(BATCH, NODES, UNITS))
    vectors, tokens, children = map(tf.constant, arrays)

    @tf.function
    def gradients(vectors):
        with tf.GradientTape() as tape:
            tape.watch(vectors)
            total = tf.reduce_sum(layer(vectors, tokens, children) * marks)
        weights = [each.value for each in layer.trainable_variables]
        return tape.gradient(total, [vectors, *weights])

    found = [each.numpy() for each in gradients(vectors)]

    def total(values):
        layer.set_weights(values[1:])
        return float(np.sum(reference(layer, kind, [values[0], *arrays[1:]]) * marks))

    values = [arrays[0].copy(), *layer.get_weights()]
    for gradient, value in zip(found, values, strict=True):
        for place in RNG.choice(value.size, 4):
            where, step = np.unravel_index(place, value.shape), 1e-5
            ends = []
            for sign in (1, -1):
                value[where] += sign * step
                ends.append(total(values))
                value[where] -= sign * step
            slope = (ends[0] - ends[1]) / (2 * step)
            np.testing.assert_allclose(gradient[where], slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", COMPOSITIONS)
def test_padding_and_neighbours_change_nothing(kind, loop):
    vectors, tokens, children = arrays = trees(kind)
    layer = built(kind, arrays, loop)
    whole = outputs(layer, arrays)
    for row in range(BATCH):
        size = int(np.sum((tokens[row] > 0) | children[row].any(-1)))
        alone = [each[row : row + 1, :size] for each in arrays]
        np.testing.assert_allclose(outputs(layer, alone)[0], whole[row, :size], atol=1e-12)
        assert not whole[row, size:].any()
        # What stands in padding, and at nodes without a word, is not read.
        vectors[row, tokens[row] == 0] = 9.0
    np.testing.assert_allclose(outputs(layer, arrays), whole, atol=1e-12)


@pytest.mark.parametrize("loop", LOOPS)
def test_chains_and_single_nodes(loop):
    length = 40
    tokens, children = np.zeros((2, 79), "int32"), np.zeros((2, 79, 2), "int32")
    tokens[0, :length] = 1 + np.arange(length) % 8
    children[0, length:, 0] = np.arange(length - 1, 0, -1)
    children[0, length:, 1] = [length, *range(length + 1, 79)]
    tokens[1, 0] = 3
    arrays = RNG.normal(size=(2, 79, FEATURES)), tokens, children
    layer = built("lstm", arrays, loop)
    np.testing.assert_allclose(
        outputs(layer, arrays), reference(layer, "lstm", arrays), atol=1e-12
    )


def test_a_sum_over_children_does_not_ask_for_their_order():
    vectors, tokens, children = arrays = trees("child_sum")
    layer = built("child_sum", arrays)
    np.testing.assert_allclose(
        outputs(layer, (vectors, tokens, children[..., ::-1].copy())),
        outputs(layer, arrays),
        atol=1e-12,
    )


def test_unknown_names_are_refused():
    with pytest.raises(InputError, match="composition"):
        TreeStates("lstn", 3)
    with pytest.raises(InputError, match="loop"):
        TreeStates("lstm", 3, loop="level")
