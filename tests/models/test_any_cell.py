"""Every builder with every cell of the table."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import layers, models
from seqzoo.models import classifier
from tests.layers.reference_cells import OTHERS


@pytest.mark.parametrize("name", OTHERS)
def test_a_classifier_of_any_cell(name, tmp_path):
    """Padding and batching change nothing, a step changes every weight, what is saved comes back."""
    keras.utils.set_random_seed(0)
    tokens = np.array(
        [[5, 3, 7, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 1, 10, 11, 0, 0]], np.int32
    )
    model = classifier(
        12, 3, cell=name, units=4, num_layers=1, embedding_dim=4, dropout=0.0
    )
    expected = np.asarray(model(tokens))
    np.testing.assert_allclose(model(np.pad(tokens, ((0, 0), (0, 5)))), expected, atol=1e-6)
    for row, length in enumerate((tokens != 0).sum(1)):
        np.testing.assert_allclose(
            model(tokens[row : row + 1, :length])[0], expected[row], atol=1e-6
        )
    # Tracing would take most of the time.
    model.compile(
        keras.optimizers.SGD(5.0), "sparse_categorical_crossentropy", run_eagerly=True
    )
    before = [np.array(w) for w in model.trainable_variables]
    every = np.array([np.random.default_rng(row).permutation(12) for row in range(3)])
    model.train_on_batch(every, np.array([0, 1, 2]))
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(variable, old), variable.path
    layers.to_stock(model).save(tmp_path / "model.keras")
    again = layers.from_stock(keras.saving.load_model(tmp_path / "model.keras"))
    np.testing.assert_allclose(again(tokens), model(tokens), atol=1e-6)


@pytest.mark.parametrize("name", OTHERS)
def test_every_builder_takes_any_cell(name):
    tokens = np.array([[5, 3, 7, 2], [4, 8, 0, 0]], np.int32)
    tags = models.tagger(12, 4, cell=name, units=4, num_layers=1, embedding_dim=4)(tokens)
    assert np.isfinite(np.asarray(tags["potentials"])).all()
    writer = models.language_model(12, cell=name, units=4, batch_size=2)
    first, second = np.asarray(writer(tokens)), np.asarray(writer(tokens))
    assert np.abs(first - second).max() > 0  # the states went on
    network = models.stateless_of(writer)
    names = [key for key in network.input if key != "tokens"]
    states = dict(zip(names, models.first_states(network, 2), strict=True))
    np.testing.assert_allclose(
        network({"tokens": tf.constant(tokens), **states})["logits"], first, atol=1e-5
    )
    pair = models.translator(12, 12, cell=name, units=4, num_layers=2, embedding_dim=4)
    assert np.asarray(pair([tokens, tokens])).shape == (2, 4, 12)
