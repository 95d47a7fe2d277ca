"""Training a classifier of trees: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.layers import COMPOSITIONS
from seqzoo.tasks.trees import corpora
from seqzoo.tasks.trees.data import Trees
from seqzoo.tasks.trees.scores import scores
from seqzoo.tasks.trees.settings import Settings

PREPARATION = (
    "at", "classes", "lowercase", "minimum_count", "vocabulary_size", "batch_size", "seed",
)  # fmt: skip
NETWORK = ("composition", "units", "embedding_dim", "dropout", "embedding_dropout")


def load(config: Settings, folder: Path) -> Trees:
    """The prepared trees, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `Trees.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    binary = not COMPOSITIONS[config.composition].any_number
    return Trees.prepare(folder, corpora.load(config), binary=binary, **settings)


def build(config: Settings, data: Trees) -> keras.Model:
    """The uncompiled model that the settings describe; every node has a class, learnt or not."""
    settings = {name: getattr(config, name) for name in NETWORK}
    return models.tree_classifier(
        len(data.coding.vocabulary),
        len(data.labels),
        arity=data.arity,
        at="nodes",
        **settings,
    )


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of a training batch, summed, and the number of its nodes with a label: float32 () both.

    Args:
        config: with `weight_decay`.
        model: a builder's.
        batch: see `Trees.arrays`.
    """
    tokens, children, gold = batch
    probabilities = model([tokens, children], training=True)
    there = tf.greater(gold, 0)
    rows = tf.boolean_mask(probabilities, there)  # (labelled nodes, classes)
    classes = tf.boolean_mask(gold, there) - 1
    total = tf.reduce_sum(keras.losses.sparse_categorical_crossentropy(classes, rows))
    count = tf.cast(tf.size(classes), tf.float32)
    if config.weight_decay:
        total += config.weight_decay * count * _half_squares(model)
    return total, count


def _half_squares(model: keras.Model) -> tf.Tensor:
    """Half the sum of squared weights, without biases and vectors of words: float32 ()."""
    table = model.get_layer("embedding").embeddings
    return tf.add_n(
        [
            tf.nn.l2_loss(each.value)
            for each in model.trainable_variables
            if each is not table and len(each.shape) > 1
        ]
    )


def evaluate(model: keras.Model, data: Trees, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data; see `scores.scores`."""
    probabilities = data.inference(model)(data.trees(part))
    return scores(data.gold(part), probabilities, data.labels)
