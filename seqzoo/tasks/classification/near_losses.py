"""Losses of telling the words near each token: the square loss over all words."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

NEAR = 5  # words to each side that a state tells (Johnson & Zhang 2016, section 4.2)
DISCOUNT = 0.5  # an error in a word weighs as its share of all words, to the minus this


class Told(NamedTuple):
    """What a loss knows of each word of the vocabulary.

    Args:
        scale: float32 (words,); a product with a state is multiplied by it. 0: the word is not told.
        weight: float32 (words,); of the square error in a word.
    """

    scale: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray) -> "Told":
        """From how often each word stands in the texts; a word of 0 is not told: (words,)."""
        shares = counts / counts.sum()
        told = shares > 0
        weight = np.zeros(len(shares))
        weight[told] = shares[told] ** -DISCOUNT
        return cls(np.sqrt(shares).astype("float32"), weight.astype("float32"))


def square_loss(
    tokens: tf.Tensor,
    states: tf.Tensor,
    near: tf.Tensor,
    every: tf.Tensor,
    told: Told,
    directions: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The square loss of telling which words stand near (Johnson & Zhang 2016, section 3), over all words.

    A state h tells of each word w the number p(w) = scale(w) (h v(w) + b(w)); it should be 1 for those
    among the next `NEAR` tokens, and 0 for all others. The squares of all words are a quadratic form of h,
    so that none need be drawn at random (Vincent et al. 2015, "Efficient exact gradient update for training
    deep networks with very large sparse targets", section 2). The second half of a state tells the tokens
    before it.

    Args:
        tokens: int32 (batch, time), 0 on the right.
        states: float32 (batch, time, directions * units).
        near: float32 (batch, time, directions * (units + 1)): v and b of each token.
        every: float32 (1, words, directions * (units + 1)): those of each word.
        told: scales and weights of the words.
        directions: 1 or 2.

    Returns:
        The loss, summed, and what it would be if every p were 0: float32 () both.
    """
    scale, weight = (tf.constant(each, states.dtype) for each in told)
    real = tf.cast(tokens != 0, states.dtype)[..., None]
    spread = (scale * tf.sqrt(weight))[: tf.shape(every)[1], None]
    pull = tf.gather(scale * weight, tokens)[..., None]
    halves = zip(
        *(tf.split(x, directions, axis=-1) for x in (states, near, every)), strict=True
    )
    total, nothing = tf.constant(0.0, states.dtype), tf.constant(0.0, states.dtype)
    for number, (state, vectors, words) in enumerate(halves):
        state = tf.concat([state, tf.ones_like(state[..., :1])], -1) * real
        form = words[0] * spread
        form = tf.matmul(form, form, transpose_a=True)  # (units + 1, units + 1)
        total += tf.reduce_sum(tf.matmul(state, form) * state)
        bags = bags_of(tokens, backward=number == 1, dtype=states.dtype)
        total -= 2 * tf.reduce_sum(tf.matmul(bags, vectors * pull) * state)
        nothing += tf.reduce_sum(
            tf.matmul(bags, tf.gather(weight, tokens)[..., None]) * real
        )
    return total + nothing, nothing


def bags_of(tokens: tf.Tensor, backward: bool, dtype: tf.DType) -> tf.Tensor:
    """Which tokens are the words of each token's bag: (batch, time) -> (batch, time of token, time of word).

    A bag has the next `NEAR` tokens, or those before; of a word that comes twice, the nearer one.
    """
    if backward:
        return tf.reverse(bags_of(tf.reverse(tokens, [1]), False, dtype), [1, 2])
    # How far before each token it counts: up to the same word, itself included.
    reach = tf.fill(tf.shape(tokens), NEAR)
    for distance in range(NEAR - 1, 0, -1):
        shifted = tf.pad(tokens, [[0, 0], [distance, 0]], constant_values=-1)
        same = tokens == shifted[:, : tf.shape(tokens)[1]]
        reach = tf.where(same, distance, reach)
    places = tf.range(tf.shape(tokens)[1])
    ahead = places[None, :] - places[:, None]
    return tf.cast((ahead >= 1) & (ahead <= reach[:, None, :]), dtype)
