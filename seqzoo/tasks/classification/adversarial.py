"""Losses on embeddings that are moved where it hurts most: with the label, and without one."""

import keras
import tensorflow as tf
from keras.src.models.functional import operation_fn

from seqzoo.tasks.classification import losses

STEP = 0.01  # of the power method: norm of the first move, as a share of the embeddings'


def adversarial_loss(
    model: keras.Model, batch: tuple[tf.Tensor, ...], size: float, of_texts: losses.Losses
) -> tuple[tf.Tensor, tf.Tensor]:
    """The loss of a training batch, half of it on embeddings moved in the direction that hurts most.

    Adversarial training (Miyato, Dai & Goodfellow 2017, section 3). They normalise the embeddings and move
    a text by a fixed distance. We leave the embeddings and measure the distance by them.

    Args:
        model: a builder's, with a layer `embedding`.
        batch: as in `training.loss`.
        size: norm of a text's perturbation, as a share of the norm of its embeddings.
        of_texts: see `losses.of_batch`.

    Returns:
        As `training.loss`.
    """
    tokens, labels, *_ = batch
    embedding, rest = model.get_layer("embedding"), AfterEmbedding(model)
    embedded = embedding(tokens)  # (batch, time, features)
    real = tf.cast(tf.not_equal(tokens, 0), embedded.dtype)[:, :, None]
    with tf.GradientTape() as tape:
        tape.watch(embedded)
        clean = of_texts(rest(tokens, embedded))
    direction = tape.gradient(clean, embedded) * real
    moved = embedded + tf.stop_gradient(as_long(direction, size * _norm(embedded * real)))
    found = 0.5 * (clean + of_texts(rest(tokens, moved)))
    return tf.reduce_sum(found), tf.cast(tf.shape(labels)[0], tf.float32)


def virtual_losses(
    model: keras.Model, tokens: tf.Tensor, size: float, start: tf.Tensor | None = None
) -> tf.Tensor:
    """How far the answer to each text moves if its embeddings move where that changes it most.

    Virtual adversarial training (Miyato, Dai & Goodfellow 2017, section 3): no label is used. From a random
    direction one step of the power method finds the worst one. How far an answer moves is the
    Kullback-Leibler divergence. We measure sizes as in `adversarial_loss`. We ask the network as it is in
    use, without dropout, so that nothing but the move makes the answers differ.

    Args:
        model: a builder's, with a layer `embedding`.
        tokens: int32 (batch, time), 0 on the right.
        size: norm of a text's perturbation, as a share of the norm of its embeddings.
        start: the direction to begin with, float32 (batch, time, features); None: drawn. What is drawn
            follows from the tokens, so that a resumed run draws the same.

    Returns:
        float32 (batch,).
    """
    embedding, rest = model.get_layer("embedding"), AfterEmbedding(model, training=False)
    embedded = embedding(tokens)  # (batch, time, features)
    real = tf.cast(tf.not_equal(tokens, 0), embedded.dtype)[:, :, None]
    length = tf.stop_gradient(_norm(embedded * real))
    answer = tf.stop_gradient(rest(tokens, embedded))
    if start is None:
        start = tf.random.stateless_normal(
            tf.shape(embedded), _seed(tokens), dtype=embedded.dtype
        )
    little = as_long(start * real, STEP * length)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(little)
        apart = divergence(answer, rest(tokens, tf.stop_gradient(embedded) + little))
    direction = tape.gradient(apart, little) * real
    moved = embedded + tf.stop_gradient(as_long(direction, size * length))
    return divergence(answer, rest(tokens, moved))


def _seed(tokens: tf.Tensor) -> tf.Tensor:
    """Two numbers that other tokens, or the same in another order, change: int32 (2,)."""
    places = tf.range(1, tf.size(tokens) + 1)
    flat = tf.reshape(tokens, (-1,))  # (batch, time) -> (batch * time,)
    return tf.stack([tf.reduce_sum(flat), tf.reduce_sum(flat * places)])


def divergence(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Kullback-Leibler, in nats, of probabilities (batch, classes) from others: (batch,)."""
    first, second = (tf.maximum(x, losses.TINY) for x in (first, second))
    return tf.reduce_sum(first * (tf.math.log(first) - tf.math.log(second)), axis=1)


def as_long(x: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Vectors of whole texts, (batch, time, features), given the norms `length`, (batch, 1, 1)."""
    return x * (length / _norm(x))


def _norm(x: tf.Tensor) -> tf.Tensor:
    """(batch, time, features) -> (batch, 1, 1); a hair above 0."""
    return tf.sqrt(tf.reduce_sum(x**2, axis=(1, 2), keepdims=True) + 1e-24)


class AfterEmbedding:
    """A classifier from its embeddings on.

    A second functional model from there on would do. But Keras enters its nodes into the layers it shares
    with the first, which then can no longer be saved; a `keras.Function` enters none. That one passes no
    `training` on to its layers, so we go through the graph as a functional model does.

    Args:
        model: a builder's, with a layer `embedding`.
        training: whether its layers are in training.
    """

    def __init__(self, model: keras.Model, training: bool = True):
        self.training = training
        self.rest = keras.Function(
            [model.input, model.get_layer("embedding").output], model.output
        )

    def __call__(self, tokens: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        """Probabilities, float32 (batch, classes).

        Args:
            tokens: int32 (batch, time), which say what is padding.
            embedded: their embeddings, float32 (batch, time, features).
        """
        return self.rest._run_through_graph(
            [tokens, embedded],
            operation_fn=lambda operation: operation_fn(operation, training=self.training),
        )
