"""Training a captioner: data, network, loss, scores."""

import functools
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.layers.attention import doubly_stochastic
from seqzoo.tasks.captions import corpora
from seqzoo.tasks.captions.data import Pictures
from seqzoo.tasks.captions.frozen import OWN, Frozen
from seqzoo.tasks.captions.inference import Search
from seqzoo.tasks.captions.scores import scores
from seqzoo.tasks.captions.settings import Settings
from seqzoo.training.teacher_forcing import cross_entropy, mixed

PREPARATION = (
    "validation", "test", "unit", "lowercase", "minimum_count", "image_size", "beam_size", "length_penalty",
    "batch_size", "seed", "epochs",
)  # fmt: skip
NETWORK = (
    "channels", "cell", "units", "num_layers", "attention_at", "input_feeding",
    "embedding_dim", "tie_embeddings", "dropout", "token_dropout",
)  # fmt: skip

Batch = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


def load(config: Settings, folder: Path) -> Pictures:
    """The prepared pictures, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `Pictures.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    encoder = functools.partial(
        Frozen.made, config.encoder, config.image_size, config.encoder_weights, config.seed
    )
    made = None if config.encoder == OWN else encoder
    data = Pictures.prepare(folder, corpora.load(config), encoder=made, **settings)
    data.shift = config.shift
    return data


def build(config: Settings, data: Pictures) -> keras.Model:
    """The uncompiled model that the settings describe."""
    return models.captioner(
        len(data.text),
        image_size=data.size,
        **_seen_by(config, data),
        attention=None if config.attention == "none" else config.attention,
        **{name: getattr(config, name) for name in NETWORK},
    )


def _seen_by(config: Settings, data: Pictures) -> dict[str, Any]:
    """Arguments of the builder that say what sees the picture."""
    if data.frozen:
        return {"encoder": "features", "num_features": data.seen["train"].shape[-1]}
    return {"residual_blocks": config.residual_blocks}


def loss(config: Settings, model: keras.Model, batch: Batch) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of a training batch, summed, and the number of its tokens: float32 () both.

    Args:
        config: with `label_smoothing`, `scheduled_sampling` and `doubly_stochastic`.
        model: a builder's.
        batch: see `Pictures.arrays`.
    """
    pictures, given, following, done = batch
    features, weights = models.features_of(model), models.output_weights(model)

    def run(given: tf.Tensor, training: bool) -> tuple[tf.Tensor, tf.Tensor | None]:
        """int32 (batch, time) -> the decoder's states (batch, time, size), alignments."""
        outputs = features([pictures, given], training=training)
        if isinstance(outputs, (list, tuple)):
            states, alignments = outputs
            return states, alignments
        return outputs, None

    if config.scheduled_sampling:
        share = config.scheduled_sampling * done
        given = mixed(run(given, False)[0], weights, given, share, done)
    states, alignments = run(given, True)
    total, count = cross_entropy(states, weights, following, config.label_smoothing)
    if config.doubly_stochastic and alignments is not None:
        unseen = doubly_stochastic(alignments, tf.not_equal(following, 0))
        total += config.doubly_stochastic * tf.reduce_sum(unseen)
    return total, count


def evaluate(model: keras.Model, data: Pictures, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data: greedy on validation, by beam search on test."""
    search = data.search if part == "test" else Search(beam_size=1)
    captioning = data.inference(model)
    return scores(captioning, data.seen[part], data.references(part), search)
