"""The compiled loops over linear chains as TensorFlow operations with gradients; see `fused`."""

import numpy as np
import tensorflow as tf

from seqzoo.layers.kernels import chain, paths
from seqzoo.layers.labels import check_labels


def forward_backward(potentials: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """A chain's log partition (batch,) and pairs' probabilities, as `potentials`; a gradient is an error."""
    return tf.custom_gradient(lambda potentials: (_forward_backward(potentials), _refuse))(
        potentials
    )


def _forward_backward(potentials):
    types = [potentials.dtype] * 2
    total, pairs = tf.numpy_function(
        chain.forward_backward, [potentials], types, stateful=False
    )
    total.set_shape(potentials.shape[:1])
    pairs.set_shape(potentials.shape)
    return total, pairs


def log_partition(potentials: tf.Tensor) -> tf.Tensor:
    """A chain's log partition (batch,), with a gradient."""

    @tf.custom_gradient
    def operation(potentials):
        total, pairs = _forward_backward(potentials)
        return total, lambda upstream: _scaled(pairs, upstream, potentials)

    return operation(potentials)


def log_likelihood(labels: tf.Tensor, potentials: tf.Tensor) -> tf.Tensor:
    """Log probability of labels (batch,), with a gradient; labels that are no tags are an error."""

    def forward(labels, potentials):
        labels = check_labels(labels, chain.real_steps(potentials), potentials.shape[3])
        return chain.log_likelihood(labels, potentials)

    @tf.custom_gradient
    def operation(potentials):
        types = [potentials.dtype] * 2
        value, slope = tf.numpy_function(
            forward, [labels, potentials], types, stateful=False
        )
        value.set_shape(potentials.shape[:1])
        slope.set_shape(potentials.shape)
        return value, lambda upstream: _scaled(slope, upstream, potentials)

    return operation(potentials)


def _scaled(slope, upstream, potentials):
    """The gradient, which has none of its own, by the potentials above all."""

    @tf.custom_gradient
    def operation(slope, upstream, potentials):
        return slope * upstream[:, None, None, None], _refuse

    return operation(slope, upstream, potentials)


def _refuse(*_):
    """A gradient of the gradient: an error, where TensorFlow would take it for zero."""
    raise NotImplementedError(
        "marginals, and second derivatives of a CRF's likelihood, have no gradient"
    )


def best_path(potentials: tf.Tensor) -> tf.Tensor:
    """A chain's best path, int32 (batch, time)."""
    tags = tf.numpy_function(paths.best_path, [potentials], tf.int32, stateful=False)
    tags.set_shape(potentials.shape[:2])
    return tags


def best_path_by_parts(
    emissions: tf.Tensor,
    real: tf.Tensor,
    start: tf.Tensor,
    transitions: tf.Tensor,
    end: tf.Tensor,
) -> tf.Tensor:
    """The same from emissions, bool (batch, time) of the real steps, and a CRF's scores."""
    scores = [tf.cast(score, tf.float64) for score in (start, transitions, end)]

    def best(emissions, real, *scores):
        return paths.best_path_by_parts(emissions, real, *map(np.ascontiguousarray, scores))

    tags = tf.numpy_function(best, [emissions, real, *scores], tf.int32, stateful=False)
    tags.set_shape(emissions.shape[:2])
    return tags
