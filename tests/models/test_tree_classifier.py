"""The classifier of trees: roots, nodes one by one, ONNX, learning, what is saved."""

import keras
import numpy as np
import onnxruntime
import pytest

from seqzoo import InputError
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import COMPOSITIONS
from seqzoo.models import classifier, description_of, parts, rebuild, tree_classifier
from seqzoo.models.tree_classifier import node_of
from tests.support.trees import random_trees, recursive, weights_of

RNG = np.random.default_rng(5)
TOKENS, CHILDREN = random_trees(RNG, 5, 9, 2)
SIZES = ((TOKENS > 0) | CHILDREN.any(-1)).sum(1)


def small(composition="lstm", **more):
    keras.utils.set_random_seed(0)
    settings = {"units": 4, "embedding_dim": 3, "at": "nodes"}
    return tree_classifier(9, 3, composition=composition, **settings | more)


def labels(model, tokens=TOKENS, children=CHILDREN):
    return np.asarray(model([tokens, children], training=False))


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_it_is_the_recursion_in_float64_with_a_softmax(composition):
    model = small(composition, dropout=0.5, embedding_dropout=0.5)
    table = np.asarray(model.get_layer("embedding").embeddings)
    kernel, bias = model.get_layer("label").get_weights()
    weights = weights_of(model.get_layer("tree_states").composition)
    found = labels(model)
    for row, size in enumerate(SIZES):
        tokens, children = TOKENS[row, :size], CHILDREN[row, :size]
        states = recursive(composition, weights, table[tokens], tokens, children, 4)
        np.testing.assert_allclose(
            found[row, :size], softmax(states @ kernel + bias), atol=1e-5
        )


def test_the_root_is_the_last_node_of_each_tree():
    nodes, root = small(), small(at="root")
    root.set_weights(nodes.get_weights())
    every = labels(nodes)
    expected = [every[row, size - 1] for row, size in enumerate(SIZES)]
    np.testing.assert_allclose(labels(root), expected, atol=1e-6)


def node_by_node(run, network, tokens, children):
    """Classes (nodes, classes) of one tree by a network of one node a row."""
    arity, size = children.shape[1], network.input[1].shape[-1]
    states = np.zeros((len(tokens) + 1, size), np.float32)
    found = []
    for place in range(len(tokens)):
        below = states[children[place]].reshape(1, arity, size)
        state, label = run(network, tokens[place : place + 1, None], below)
        states[place + 1] = state[0]
        found.append(label[0])
    return np.array(found)


def on_keras(network, token, states):
    found = network([token, states], training=False)
    return np.asarray(found["state"]), np.asarray(found["label"])


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_node_by_node_on_keras_and_onnx_it_is_the_same(composition):
    model = small(composition, dropout=0.5)
    (network,) = parts(model).values()
    session = onnxruntime.InferenceSession(to_onnx(network).SerializeToString())
    names = [each.name for each in session.get_outputs()]

    def on_onnx(_network, token, states):
        values = session.run(None, {"token": token, "states": states})
        named = {n.removeprefix("next_"): v for n, v in zip(names, values, strict=True)}
        return named["state"], named["label"]

    whole = labels(model)
    for row, size in enumerate(SIZES):
        for run in (on_keras, on_onnx):
            found = node_by_node(run, network, TOKENS[row, :size], CHILDREN[row, :size])
            np.testing.assert_allclose(found, whole[row, :size], atol=1e-5)


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_it_learns(composition):
    """Which word comes last: only the right child counts."""
    tokens, children = random_trees(np.random.default_rng(1), 32, 7, 2, vocabulary=3)
    last = [row[row > 0][-1] - 1 for row in tokens]
    model = small(composition, units=8, at="root", dropout=0.0)
    model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy")
    before = model.evaluate([tokens, children], np.array(last), verbose=0)
    model.fit([tokens, children], np.array(last), epochs=15, verbose=0)
    after = model.evaluate([tokens, children], np.array(last), verbose=0)
    assert after < 0.5 * before


def test_it_is_built_again_from_its_description_and_its_file(tmp_path):
    model = small("child_sum", arity=4, units=6)
    children = np.pad(CHILDREN, ((0, 0), (0, 0), (0, 2)))
    again = rebuild(description_of(model), "here")
    again.set_weights(model.get_weights())
    expected = labels(model, children=children)
    np.testing.assert_array_equal(labels(again, children=children), expected)
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(labels(loaded, children=children), expected, atol=1e-6)


def test_wrong_settings_and_models_are_refused():
    for wrong in (
        {"composition": "lstn"},
        {"at": "leaf"},
        {"arity": 0},
        {"dropout": 1.0},
        {"embedding_dropout": -0.1},
    ):
        (name,) = wrong
        with pytest.raises(InputError, match=f"^{name}: expected"):
            small(**wrong)
    with pytest.raises(InputError, match="`tree_classifier` built"):
        node_of(classifier(9, 2, units=3))
