"""Training a tagger: network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.datasets import Splits, opened
from seqzoo.datasets.tagged import read_segmentation
from seqzoo.layers import chain
from seqzoo.tasks.tagging import corpora
from seqzoo.tasks.tagging.data import TaggedTexts
from seqzoo.tasks.tagging.measure import entity_scores, word_scores
from seqzoo.tasks.tagging.settings import EntitySettings, Settings, WordSettings


def load_words(config: WordSettings, folder: Path) -> TaggedTexts:
    """The prepared corpus of a word segmenter, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load` and `TaggedTexts.prepare`.
    """
    corpus = opened(corpora.SEGMENTATION, config) if config.data is None else None
    splits = corpora.load(config, corpus, read_segmentation)
    return _prepare(
        config, folder, splits, scheme="BMES", tags=list("BMES"), unit="character"
    )


def load_entities(config: EntitySettings, folder: Path) -> TaggedTexts:
    """The prepared corpus of an entity tagger, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load_entities` and `TaggedTexts.prepare`.
    """
    splits = corpora.load_entities(config)
    return _prepare(
        config, folder, splits, scheme=config.scheme, tags=None, unit=config.unit
    )


def _prepare(config: Settings, folder: Path, splits: Splits, **what: Any) -> TaggedTexts:
    return TaggedTexts.prepare(
        folder,
        splits,
        max_length=config.max_length,
        minimum_count=config.minimum_count,
        bigrams=config.bigrams,
        batch_size=config.batch_size,
        seed=config.seed,
        unknown=config.unknown,
        **what,
    )


def build(config: Settings, data: TaggedTexts) -> keras.Model:
    """The uncompiled model that the settings describe."""
    return models.tagger(
        len(data.coder.vocabulary),
        len(data.tags),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        bidirectional=config.bidirectional,
        crf=config.crf,
        tags=data.tags,
        scheme=data.scheme,
        embedding_dim=config.embedding_dim,
        bigram_vocab_size=None if data.coder.bigrams is None else len(data.coder.bigrams),
        bigram_dim=config.bigram_dim,
        num_auxiliary=len(data.auxiliary) if config.auxiliary else 0,
        dropout=config.dropout,
        recurrent_dropout=config.recurrent_dropout,
        residual=config.residual,
    )


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Negative log-likelihood of a training batch, summed, and the number of its tokens: float32 () both.

    Args:
        config: with `auxiliary`, the weight of the auxiliary labels' cross-entropy.
        model: as `models.tagger` builds it.
        batch: (ids,), int32 (batch, time, columns), as `TaggedTexts.batches` gives it.
    """
    (ids,) = batch
    count = len(model.inputs)
    inputs = tf.unstack(ids[:, :, :count], count, axis=-1)  # (batch, time) each
    outputs = model(inputs if count > 1 else inputs[0], training=True)
    if not isinstance(outputs, dict):
        outputs = {"tag": outputs}
    tags, labels = ids[:, :, -2], ids[:, :, -1]
    real = tf.cast(tf.not_equal(ids[:, :, 0], 0), tf.float32)
    if "potentials" in outputs:
        total = -tf.reduce_sum(chain.log_likelihood(tags, outputs["potentials"]))
    else:
        total = tf.reduce_sum(real * _cross_entropy(tags, outputs["tag"]))
    if "auxiliary" in outputs:
        losses = real * _cross_entropy(labels, outputs["auxiliary"])
        total += config.auxiliary * tf.reduce_sum(losses)
    return total, tf.reduce_sum(real)


def _cross_entropy(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """(batch, time), of labels, int32 (batch, time), and probabilities (batch, time, labels)."""
    return keras.losses.sparse_categorical_crossentropy(labels, probabilities)


def evaluate_words(model: keras.Model, data: TaggedTexts, part: str) -> dict[str, Any]:
    """Word scores of a model on a part of its own data, as the SIGHAN scorer counts them."""
    return word_scores(data.inference(model), data.examples(part), data.known_words)


def evaluate_entities(model: keras.Model, data: TaggedTexts, part: str) -> dict[str, Any]:
    """Span scores of a model on a part of its own data, by kind, as conlleval counts them."""
    return entity_scores(data.inference(model), data.examples(part))
