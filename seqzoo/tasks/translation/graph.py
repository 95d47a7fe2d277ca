"""A translator's encoder and search as one TensorFlow graph."""

from pathlib import Path

import keras
import tensorflow as tf

from seqzoo import decoding, models
from seqzoo.layers import to_stock
from seqzoo.tasks.translation.decoding_settings import Search


def save_search(model: keras.Model, search: Search, folder: Path) -> None:
    """Write a SavedModel; see `Translator.export` for its signature.

    Args:
        model: as `seqzoo.models.translator` builds it.
        search: without a seed.
        folder: a new one.
    """
    module = tf.Module()
    module.encoder = to_stock(models.encoder_of(model))
    module.step = models.step_of(model)

    def translate(source: tf.Tensor, max_length: tf.Tensor) -> dict[str, tf.Tensor]:
        encoded = module.encoder(source, training=False)
        step, state = models.network_step(module.step, encoded)
        rules = decoding.Rules(max_length, search.min_length, search.no_repeat_ngram)
        return search.run(step, state, rules, encoded["mask"])._asdict()

    sources = tf.TensorSpec((None, None), tf.int32, "source")
    limits = tf.TensorSpec((None,), tf.int32, "max_length")
    module.translate = tf.function(translate, input_signature=[sources, limits])
    signature = module.translate.get_concrete_function()
    tf.saved_model.save(module, str(folder), {"serving_default": signature})
