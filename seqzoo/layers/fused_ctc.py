"""The compiled loss of connectionist temporal classification as a TensorFlow operation; see `fused`."""

import numpy as np
import tensorflow as tf

from seqzoo.layers import fused
from seqzoo.layers.kernels import ctc
from seqzoo.layers.transcripts import check_values


def ctc_loss(
    logits: tf.Tensor,
    labels: tf.Tensor,
    logit_lengths: tf.Tensor,
    label_lengths: tf.Tensor,
    blank: int,
) -> tf.Tensor:
    """`layers.ctc.ctc_loss`, compiled."""
    threads = fused.threads()

    def forward(
        logits: np.ndarray, labels: np.ndarray, frames: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        check_values(logits.shape, labels, frames, counts, blank)
        return ctc.losses(logits, labels, frames, counts, blank, threads)

    @tf.custom_gradient
    def operation(logits):
        given = [logits, labels, logit_lengths, label_lengths]
        types = [logits.dtype] * 2
        loss, slope = tf.numpy_function(forward, given, types, stateful=False)
        loss.set_shape(logits.shape[:1])
        slope.set_shape(logits.shape)
        return loss, lambda upstream: _scaled(slope, upstream, logits)

    return operation(logits)


def _scaled(slope, upstream, logits):
    """The gradient, which has none of its own, by the logits above all."""

    @tf.custom_gradient
    def operation(slope, upstream, logits):
        return slope * upstream[:, None, None], _refuse

    return operation(slope, upstream, logits)


def _refuse(*_):
    """A gradient of the gradient: an error, where TensorFlow would take it for zero."""
    raise NotImplementedError("second derivatives of ctc_loss: there are none")
