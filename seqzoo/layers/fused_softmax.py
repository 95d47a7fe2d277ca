"""The compiled cross-entropy as a TensorFlow operation with a gradient; see `fused`."""

import tensorflow as tf

from seqzoo.layers import fused
from seqzoo.layers.kernels import softmax


def cross_entropy(
    x: tf.Tensor,
    weights: tf.Tensor,
    bias: tf.Tensor | None,
    targets: tf.Tensor,
    by_class: bool,
) -> tf.Tensor:
    """`layers.output.cross_entropy`, compiled."""
    weights = tf.convert_to_tensor(weights)
    classes = weights.shape[0 if by_class else 1]
    bias = tf.zeros((classes,), x.dtype) if bias is None else tf.convert_to_tensor(bias)
    targets, count = tf.cast(targets, tf.int32), fused.threads()
    matrix = (lambda w: w.T) if by_class else (lambda w: w)

    def forward(x, weights, bias, targets):
        losses, saved = softmax.forward(x, matrix(weights), bias, targets, count)
        return [losses, *saved]

    def backward(x, weights, targets, *arrays):
        *saved, upstream = arrays
        return softmax.backward(
            x, matrix(weights), targets, softmax.Saved(*saved), upstream, by_class, count
        )

    @tf.custom_gradient
    def operation(x, weights, bias):
        losses, *saved = tf.numpy_function(
            forward, [x, weights, bias, targets], [x.dtype] * 4, stateful=False
        )
        losses.set_shape(x.shape[:1])

        def gradient(upstream):
            return _cross_entropy_gradients(
                backward, x, weights, bias, targets, *saved, upstream
            )

        return losses, gradient

    return operation(x, weights, bias)


def _cross_entropy_gradients(backward, x, weights, bias, *arrays):
    """Gradients of x, weights and bias; they have none of their own."""

    @tf.custom_gradient
    def operation(x, weights, bias, *arrays):
        gradients = tf.numpy_function(
            backward, [x, weights, *arrays], [x.dtype] * 3, stateful=False
        )
        for gradient, of in zip(gradients, (x, weights, bias), strict=True):
            gradient.set_shape(of.shape)
        return tuple(gradients), fused.refuse_second

    return operation(x, weights, bias, *arrays)
