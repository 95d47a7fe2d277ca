"""A translator that is being trained, in Keras, ready to translate."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks.translation.inference import Forced, Translating
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import BOS
from seqzoo.training.running import KerasNetwork


def translating(
    model: keras.Model, source: Subwords, target: Subwords, text: dict[str, Any]
) -> Translating:
    """The translations that a live model gives, compiled once.

    Args:
        model: as `seqzoo.models.translator` builds it.
        source, target, text: see `Translating`.
    """
    encoder, step = models.encoder_of(model), models.step_of(model)
    networks = KerasNetwork(encoder), KerasNetwork(step)
    return Translating(*networks, source, target, text, _forced(model))


def _forced(model: keras.Model) -> Forced:
    """Scores given targets at all steps at once; see `Translating`."""
    features = models.features_of(model)
    attends = isinstance(features.output, (list, tuple))

    def forced(source: tf.Tensor, target: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        first = tf.fill((tf.shape(target)[0], 1), BOS)
        given = tf.concat([first, target[:, :-1]], axis=1)
        outputs = features([source, given], training=False)
        states = outputs[0] if attends else outputs
        logits = tf.matmul(states, models.output_weights(model))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        return -losses, outputs[1] if attends else tf.zeros(0)

    ids = tf.TensorSpec((None, None), tf.int32)
    compiled = tf.function(forced, input_signature=[ids, ids])

    def run(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        log_probs, alignments = compiled(source, target)
        return log_probs.numpy(), alignments.numpy() if attends else None

    return run
