"""Gradients of models that have no steps in time."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.result import Finding
from seqzoo.layers.tensors import Tensor


def of_all_weights(model: keras.Model, used: Batch, loss: Callable | None) -> Finding:
    """Whether a gradient comes to all weights, on TensorFlow.

    Args:
        model: that may have no recurrent layer.
        used: the batch.
        loss: from the model's outputs to a scalar; None: the sum of their squares.
    """
    import tensorflow as tf

    def total(outputs: Any) -> Tensor:
        if loss is not None:
            return loss(outputs)
        return tf.add_n(
            [tf.reduce_sum(tf.square(each)) for each in keras.tree.flatten(outputs)]
        )

    weights = [each.value for each in model.trainable_variables]
    with tf.GradientTape() as tape:
        value = total(model(used.inputs(), training=False))
    found = [each for each in tape.gradient(value, weights) if each is not None]
    norm = float(tf.linalg.global_norm(found))
    text = f"the gradient of all weights has a norm of {norm:.3g}"
    if np.isfinite(norm) and norm > 0 and len(found) == len(weights):
        return Finding("ok", "gradients", "model", text)
    return Finding(
        "warning",
        "gradients",
        "model",
        text,
        "some weights cannot learn: look at them for NaN",
    )
