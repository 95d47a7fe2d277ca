"""A translator that is being trained, in Keras, ready to translate."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo import decoding, models
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating, Whole
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import BOS
from seqzoo.training.running import KerasNetwork


def translating(
    model: keras.Model, source: Subwords, target: Subwords, text: dict[str, Any]
) -> Translating:
    """The translations that a live model gives; each search is compiled once.

    A search in one graph takes about three quarters of the time of one that asks for each step in Keras.

    Args:
        model: as `seqzoo.models.translator` builds it.
        source, target, text: see `Translating`.
    """
    encoder, step = models.encoder_of(model), models.step_of(model)
    networks = KerasNetwork(encoder), KerasNetwork(step)
    whole = Whole(_search(model, encoder), _forced(model))
    return Translating(*networks, source, target, text, whole)


def searching(
    encoder: keras.Model, step_function: Callable[[dict], tuple], search: Search
) -> Any:
    """Encoder and search as one graph.

    Args:
        encoder: as `seqzoo.models.encoder_of` gives it.
        step_function: from what the encoder gives to what `seqzoo.decoding` asks for: a step and the first
            state.
        search: without a seed.

    Returns:
        A `tf.function` of sources, int32 (batch, time), 0 on the right, and of the most tokens of each
        translation, int32 (batch,), to `seqzoo.decoding.Hypotheses`.
    """

    def run(source: tf.Tensor, limits: tf.Tensor) -> decoding.Hypotheses:
        encoded = encoder(source, training=False)
        step, state = step_function(encoded)
        return search.run(step, state, search.rules(limits), encoded["mask"])

    sources = tf.TensorSpec((None, None), tf.int32, "source")
    limits = tf.TensorSpec((None,), tf.int32, "max_length")
    return tf.function(run, input_signature=[sources, limits])


def _search(model: keras.Model, encoder: keras.Model) -> Callable:
    """`Whole.search` of a live model."""
    compiled: dict[Search, Any] = {}

    def run(search: Search, source: np.ndarray, limits: np.ndarray) -> decoding.Hypotheses:
        if search not in compiled:
            compiled[search] = searching(
                encoder, lambda encoded: models.step_function(model, encoded), search
            )
        found = compiled[search](source, limits)
        return decoding.Hypotheses(*(part.numpy() for part in found))

    return run


def _forced(model: keras.Model) -> Callable:
    """`Whole.forced` of a live model: all steps at once."""
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
