"""The loss of decoders that are given what they should have written."""

import tensorflow as tf

from seqzoo.text.vocabulary import BOS


def cross_entropy(
    states: tf.Tensor, weights: tf.Tensor, following: tf.Tensor, label_smoothing: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy, summed, and the number of tokens: float32 () both.

    Args:
        states: of the decoder, (batch, time, size).
        weights: of the output layer, (size, tokens).
        following: ids that should come, int32 (batch, time), 0 where there is none.
        label_smoothing: share of the probability that all tokens get alike (Szegedy et al. 2016).
    """
    # Only real steps have logits: (batch, time, size) -> (tokens, size) -> (tokens, pieces)
    real = tf.not_equal(following, 0)
    logits = tf.matmul(tf.boolean_mask(states, real), weights)
    following = tf.boolean_mask(following, real)
    total = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits))
    if label_smoothing:
        gold = tf.gather(logits, following, axis=1, batch_dims=1)
        excess = gold - tf.reduce_mean(logits, axis=-1)
        total += label_smoothing * tf.reduce_sum(excess)
    return total, tf.cast(tf.size(following), tf.float32)


def mixed(
    states: tf.Tensor,
    weights: tf.Tensor,
    given: tf.Tensor,
    share: tf.Tensor,
    done: tf.Tensor,
) -> tf.Tensor:
    """The tokens given to the decoder, int32 (batch, time), a share of them as the model predicts them.

    This is scheduled sampling (Bengio et al. 2015), in two passes as of Mihaylova & Martins (2019).

    Args:
        states: of the decoder, (batch, time, size).
        weights: of the output layer, (size, pieces).
        given: the target from `<s>` on, int32 (batch, time).
        share: of the tokens to replace, float32 ().
        done: share of the training, float32 (), which seeds the draws.
    """
    likeliest = tf.argmax(tf.matmul(states, weights), axis=-1, output_type=tf.int32)
    # What is predicted at a step is given at the next.
    predicted = tf.concat([given[:, :1], tf.stop_gradient(likeliest)[:, :-1]], axis=1)
    seed = tf.stack([tf.bitcast(done, tf.int32), tf.shape(given)[0]])
    drawn = tf.random.stateless_uniform(tf.shape(given), seed=seed) < share
    inside = tf.logical_and(tf.not_equal(given, 0), tf.not_equal(given, BOS))
    return tf.where(tf.logical_and(drawn, inside), predicted, given)
