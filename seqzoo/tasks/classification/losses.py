"""The loss of a training batch: cross-entropy, of all classes alike, balanced or focal; or the square loss.

Where a text may have several labels it is the mean binary cross-entropy of its labels.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

TINY = 1e-7  # of a probability: a power of 0 may have no gradient
Losses = Callable[[tf.Tensor], tf.Tensor]  # probabilities -> the loss of each text


def of_batch(config: Any, batch: tuple[tf.Tensor, ...]) -> Losses:
    """A function from probabilities, float32 (batch, classes), to the loss of each text, float32 (batch,).

    The focal loss multiplies the cross-entropy by (1 - p)^gamma, where p is the probability of the right
    class: texts that are easy count less (Lin et al. 2017, equation 4). With weights of classes it is the
    balanced form of equation 5.

    Args:
        config: with `loss`, and `focal`, the gamma.
        batch: tokens; labels, int32 (batch,), or float32 (batch, classes), 1 for each that a text has; and
            perhaps the texts' weights, float32 (batch,).
    """
    _, labels, *weights = batch

    def losses(probabilities: tf.Tensor) -> tf.Tensor:
        if labels.shape.rank == 2:
            every = focal(binary_cross_entropy(labels, probabilities), config.focal)
            found = tf.reduce_mean(every, axis=1)
        elif config.loss == "square":
            answers = tf.one_hot(labels, probabilities.shape[-1], dtype=probabilities.dtype)
            found = square(answers, probabilities)
        else:
            found = focal(cross_entropy(labels, probabilities), config.focal)
        return found * weights[0] if weights else found

    return losses


def focal(losses: tf.Tensor, gamma: float) -> tf.Tensor:
    """Cross-entropies, of any shape, each times (1 - p)^gamma, where p is its right answer's probability."""
    if not gamma:
        return losses
    missing = -tf.math.expm1(-losses)  # 1 - p
    return losses * tf.maximum(missing, TINY) ** gamma


def cross_entropy(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """float32 (batch,), of classes, int32 (batch,), and probabilities, float32 (batch, classes)."""
    return keras.losses.sparse_categorical_crossentropy(labels, probabilities)


def of_taught(config: Any, answers: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """The loss of texts with a teacher's answers in the place of labels, float32 (batch,).

    Args:
        config: with `loss`: cross-entropy from the answers, or the square loss, of which they are the goals.
        answers: probabilities, float32 (batch, classes).
        probabilities: of the network, float32 (batch, classes).
    """
    if config.loss == "square":
        return square(answers, probabilities)
    return keras.losses.categorical_crossentropy(answers, probabilities)


def square(answers: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Half the squared distance of the logits from the answers' vectors, float32 (batch,).

    Johnson & Zhang 2016 train linear outputs so. The softmax does not say what all logits have in common, so
    logits and vectors are taken about their means over the classes.

    Args:
        answers: one-hot, or a teacher's probabilities, float32 (batch, classes).
        probabilities: float32 (batch, classes).
    """
    logits = tf.math.log(tf.maximum(probabilities, TINY))
    apart = logits - answers
    about_mean = apart - tf.reduce_mean(apart, axis=1, keepdims=True)
    return 0.5 * tf.reduce_sum(about_mean**2, axis=1)


def binary_cross_entropy(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Of each label, float32 (batch, classes), of labels, 0 or 1, and probabilities, both of that shape."""
    bounded = tf.clip_by_value(probabilities, TINY, 1 - TINY)
    return -tf.math.log(tf.where(labels > 0, bounded, 1 - bounded))


def balanced(labels: np.ndarray, classes: int) -> np.ndarray:
    """A weight for each class, float32 (classes,): n / (classes * count), by which all weigh the same.

    Args:
        labels: of the training part, int (n,).
        classes: their number; each has an example.
    """
    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (classes * counts)).astype(np.float32)


def about(config: Any, weights: np.ndarray | None, names: Sequence[str]) -> str | None:
    """The loss in words; None: plain cross-entropy.

    Args:
        config: with `loss` and `focal`.
        weights: of the classes, (classes,), if they have any.
        names: of the classes.
    """
    said = []
    if weights is not None:
        each = ", ".join(
            f"{n} {w:.3g}" for n, w in zip(names, weights.tolist(), strict=True)
        )
        said.append(
            f"each class weighted by n / (classes * count) of the training part: {each}"
        )
    if config.focal:
        said.append(f"focal, gamma {config.focal:g} (Lin et al. 2017)")
    if config.loss == "square":
        said.insert(0, "of the outputs before softmax (Johnson & Zhang 2016)")
    name = {"cross_entropy": "cross-entropy", "square": "square"}[config.loss]
    return f"{name}, {'; '.join(said)}" if said else None
