"""A regressor's network: encoded texts in, standardised numbers out."""

import keras
import numpy as np
import tensorflow as tf

from seqzoo.pipeline.encoded import groups, padded

ROWS = 32  # texts computed together


class Inference:
    """A regressor's network, compiled once for all shapes.

    Args:
        model: ids int32 (batch, time), padded with 0 -> standardised numbers (batch, 1).
    """

    def __init__(self, model: keras.Model):
        self.forward = tf.function(
            lambda tokens: model(tokens, training=False)[:, 0],  # (batch, 1) -> (batch,)
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    def __call__(self, encoded: list[np.ndarray]) -> np.ndarray:
        """Standardised numbers, float32 (texts,), of ids (time,) each; those of like length go together."""
        result = np.zeros(len(encoded), np.float32)
        for rows in groups([len(ids) for ids in encoded], ROWS):
            tokens = padded([encoded[row] for row in rows])
            result[rows] = np.asarray(self.forward(tokens))
        return result
