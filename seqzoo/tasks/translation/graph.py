"""A translator's encoder and search as one TensorFlow graph."""

from pathlib import Path

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.layers import to_stock
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.live import searching


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
    run = searching(
        module.encoder, lambda encoded: models.network_step(module.step, encoded), search
    )
    module.translate = tf.function(
        lambda source, max_length: run(source, max_length)._asdict()
    )
    signature = module.translate.get_concrete_function(*run.input_signature)
    tf.saved_model.save(module, str(folder), {"serving_default": signature})
