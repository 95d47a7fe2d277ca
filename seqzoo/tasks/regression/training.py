"""Training a regressor: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks import text_settings
from seqzoo.tasks.regression import corpora
from seqzoo.tasks.regression.data import TextNumbers
from seqzoo.tasks.regression.measure import evaluate_encoded
from seqzoo.tasks.regression.settings import Settings
from seqzoo.tasks.text_data import tokenizer_for


def load(config: Settings, folder: Path) -> TextNumbers:
    """The prepared corpus, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load` and `TextNumbers.prepare`.
    """
    splits = corpora.load(config)
    tokenizer = tokenizer_for(config, folder, splits)
    data = TextNumbers.prepare(
        folder, splits, tokenizer, **text_settings.preparation(config)
    )
    data.crop = config.crop
    return data


def build(config: Settings, data: TextNumbers) -> keras.Model:
    """The uncompiled model that the settings describe."""
    return models.regressor(len(data.vocabulary), **text_settings.network(config))


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Squared error of a training batch, summed, and the number of its examples: float32 () both.

    Args:
        config: not used.
        model: a builder's.
        batch: tokens, int32 (batch, time), and standardised targets, float32 (batch,).
    """
    tokens, targets = batch
    values = model(tokens, training=True)[:, 0]  # (batch, 1) -> (batch,)
    errors = tf.square(values - tf.cast(targets, values.dtype))
    return tf.reduce_sum(errors), tf.cast(tf.size(targets), tf.float32)


def evaluate(model: keras.Model, data: TextNumbers, part: str) -> dict[str, Any]:
    """Metrics of a model on a part of its own data; see `evaluate_encoded`."""
    return {**evaluate_encoded(data.inference(model), data.encoded[part], data.scale)}
