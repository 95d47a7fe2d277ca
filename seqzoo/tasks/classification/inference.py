"""A classifier at work: encoded texts in, probabilities out."""

import keras
import numpy as np
import tensorflow as tf

from seqzoo.pipeline.encoded import groups, padded

ROWS = 32  # texts computed together


class Inference:
    """A classifier's network, compiled once for all shapes.

    Args:
        model: ids int32 (batch, time), padded with 0 -> probabilities (batch, classes).
    """

    def __init__(self, model: keras.Model):
        self.num_classes = int(model.output.shape[-1])
        self.forward = tf.function(
            lambda tokens: model(tokens, training=False),
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    def __call__(self, encoded: list[np.ndarray]) -> np.ndarray:
        """Probabilities, float32 (texts, classes), of ids (time,) each; those of like length go together."""
        result = np.zeros((len(encoded), self.num_classes), np.float32)
        for rows in groups([len(ids) for ids in encoded], ROWS):
            tokens = padded([encoded[row] for row in rows])
            result[rows] = np.asarray(self.forward(tokens))
        return result
