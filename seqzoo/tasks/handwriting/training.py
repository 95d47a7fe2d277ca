"""Training a handwriter: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.layers.mixture import point_losses
from seqzoo.tasks.handwriting import corpora
from seqzoo.tasks.handwriting.data import Drawings
from seqzoo.tasks.handwriting.scores import scores
from seqzoo.tasks.handwriting.settings import Settings

PREPARATION = ("validation", "test", "text", "longest", "batch_size", "seed")
NETWORK = (
    "cell", "units", "num_layers", "mixtures", "window", "embedding_dim", "dropout",
)  # fmt: skip


def load(config: Settings, folder: Path) -> Drawings:
    """The prepared drawings, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `Drawings.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    data = Drawings.prepare(folder, corpora.load(config), **settings)
    data.drop_text = config.drop_text if data.reads_text else 0.0
    data.stretch = config.stretch
    return data


def build(config: Settings, data: Drawings) -> keras.Model:
    """The uncompiled model that the settings describe; its window begins at the data's pace."""
    settings = {name: getattr(config, name) for name in NETWORK}
    if data.reads_text:
        settings |= {"vocab_size": len(data.text), "pace": min(data.pace, 5.0)}
    return models.handwriter(**settings)


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The negative log-likelihood of a training batch in nats, summed, and its points: float32 () both.

    Args:
        config: not used.
        model: a builder's.
        batch: see `Drawings.arrays`.
    """
    points, tokens, targets = batch
    given = [points, tokens] if len(model.inputs) > 1 else points
    losses, there = point_losses(targets, model(given, training=True))
    return tf.reduce_sum(losses), tf.reduce_sum(tf.cast(there, tf.float32))


def evaluate(model: keras.Model, data: Drawings, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data; see `scores.scores`."""
    losses = data.inference(model).losses(data.drawings(part), data.texts(part))
    return scores(losses)
