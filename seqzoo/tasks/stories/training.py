"""Training a memory network: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks.stories import corpora
from seqzoo.tasks.stories.data import Stories
from seqzoo.tasks.stories.inference import ANSWER
from seqzoo.tasks.stories.measure import right_answers
from seqzoo.tasks.stories.scores import scores
from seqzoo.tasks.stories.settings import Settings

PREPARATION = ("unit", "batch_size", "seed")
NETWORK = (
    "hops", "embedding_dim", "memory_size", "weights", "sentences", "temporal", "blanks", "dropout",
)  # fmt: skip


def load(config: Settings, folder: Path) -> Stories:
    """The prepared stories, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `Stories.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    data = Stories.prepare(folder, corpora.load(config), **settings)
    data.linear_epochs = config.linear_epochs
    return data


def build(config: Settings, data: Stories) -> keras.Model:
    """The uncompiled model that the settings describe."""
    settings = {name: getattr(config, name) for name in NETWORK}
    return models.memory_network(len(data.text), len(data.text.answers), **settings)


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of a training batch, summed, and the number of its questions: float32 () both.

    Args:
        config: with `linear_epochs`.
        model: a builder's.
        batch: see `Stories.arrays`.
    """
    story, question, target, linear = batch

    def logits(network: keras.Model) -> tf.Tensor:
        return network([story, question], training=True)[ANSWER]

    if config.linear_epochs:
        begun = models.linear_of(model)
        answers = tf.cond(linear, lambda: logits(begun), lambda: logits(model))
    else:
        answers = logits(model)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, answers)
    return tf.reduce_sum(losses), tf.cast(tf.size(target), tf.float32)


def evaluate(model: keras.Model, data: Stories, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data; see `scores.scores`."""
    stories = data.stories(part)
    right = right_answers(data.inference(model), data.pairs(part), stories, data.text)
    return scores(right, [story.task for story in stories])
