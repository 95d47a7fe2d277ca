"""The compiled step of a GRU from every state with every input as a TensorFlow operation; see `fused`."""

import tensorflow as tf

from seqzoo.layers import fused
from seqzoo.layers.kernels import shared


def gru_step(given: tf.Tensor, past: tf.Tensor, states: tf.Tensor) -> tf.Tensor:
    """`layers.shared.gru_step`, compiled."""
    threads = fused.threads()

    def forward(given, past, states):
        return shared.forward(given, past, states, threads)

    def backward(given, past, states, upstream):
        return [*shared.backward(given, past, states, upstream, threads)]

    @tf.custom_gradient
    def operation(given, past, states):
        after = tf.numpy_function(
            forward, [given, past, states], states.dtype, stateful=False
        )
        after.set_shape([states.shape[0], given.shape[1], states.shape[1]])

        def gradient(upstream):
            return _gradients(backward, given, past, states, upstream)

        return after, gradient

    return operation(given, past, states)


def _gradients(backward, *arrays):
    """Gradients of what a step takes; they have none of their own."""

    @tf.custom_gradient
    def operation(*arrays):
        types = [array.dtype for array in arrays[:3]]
        gradients = tf.numpy_function(backward, arrays, types, stateful=False)
        for gradient, of in zip(gradients, arrays, strict=False):
            gradient.set_shape(of.shape)
        return tuple(gradients), fused.refuse_second

    return operation(*arrays)
