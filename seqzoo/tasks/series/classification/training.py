"""Training a series classifier: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks.series.classification import corpora
from seqzoo.tasks.series.classification.data import LabelledSeries
from seqzoo.tasks.series.classification.scores import scores, to_choose_by
from seqzoo.tasks.series.classification.settings import Settings

PREPARATION = (
    "validation", "folds", "test", "scaling", "missing", "label", "series_id", "time", "time_format",
    "batch_size", "seed",
)  # fmt: skip
NETWORK = (
    "cell", "units", "num_layers", "bidirectional", "kernel_sizes", "pooling",
    "dropout", "recurrent_dropout", "residual",
)  # fmt: skip


def load(config: Settings, folder: Path) -> LabelledSeries:
    """The prepared series, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `LabelledSeries.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    return LabelledSeries.prepare(folder, corpora.load(config), **settings)


def build(config: Settings, data: LabelledSeries) -> keras.Model:
    """The uncompiled model that the settings describe."""
    settings = {name: getattr(config, name) for name in NETWORK}
    settings["convolution"] = () if config.convolve == "none" else config.filters
    settings["beside"] = config.convolve == "beside"
    return models.series_classifier(
        len(data.scaler.names), len(data.labels), static_features=data.static, **settings
    )


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of a training batch, summed, and the number of its series: float32 () both.

    Args:
        config: with `noise`.
        model: a builder's.
        batch: see `LabelledSeries.arrays`.
    """
    values, lengths, static, classes = batch
    if config.noise:
        drawn = keras.random.normal(tf.shape(values), stddev=config.noise)
        there = tf.sequence_mask(lengths, tf.shape(values)[1], values.dtype)
        values += drawn * there[..., tf.newaxis]  # (batch, time) -> (batch, time, 1)
    given = {"values": values, "lengths": lengths, "static": static}
    probabilities = model([given[each.name] for each in model.inputs], training=True)
    found = keras.losses.sparse_categorical_crossentropy(classes, probabilities)
    return tf.reduce_sum(found), tf.cast(tf.size(classes), tf.float32)


def evaluate(model: keras.Model, data: LabelledSeries, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data; see `scores.scores`.

    On the validation part `score` tells series of equal accuracy apart by the loss.
    """
    gold = data.gold(part)
    probabilities = data.inference(model)(data.series(part), data.static_of(part))
    found = scores(gold, probabilities, data.labels)
    if part == "validation":
        found["score"] = to_choose_by(found, len(gold))
    return found
