"""Connectionist temporal classification by its definition: all paths, written out."""

import functools
import itertools

import keras
import numpy as np
from keras import ops

from seqzoo.layers import ctc_loss


def array(x):
    return ops.convert_to_numpy(x)


def read(path, blank=0):
    """The transcript that a path reads as: repetitions merged, then blanks dropped."""
    return tuple(int(k) for k, _ in itertools.groupby(path) if k != blank)


@functools.cache
def paths(time, vocab):
    return np.array(list(itertools.product(range(vocab), repeat=time))).reshape(-1, time)


@functools.cache
def transcripts(time, vocab, blank):
    return [read(path, blank) for path in paths(time, vocab)]


def by_definition(logits, labels, blank=0):
    """Loss and its gradient of one utterance, from float64 logits (time, vocab)."""
    time, vocab = logits.shape
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    labels = tuple(map(int, labels))
    fits = np.array([each == labels for each in transcripts(time, vocab, blank)])
    if not fits.any():
        return np.inf, np.zeros_like(logits)
    chosen = paths(time, vocab)[fits]  # (paths, time)
    weights = log_probs[np.arange(time), chosen].sum(axis=1)
    total = np.logaddexp.reduce(weights)
    shares = np.exp(weights - total)
    visited = np.stack([shares @ (chosen == k) for k in range(vocab)], axis=1)
    return -total, np.exp(log_probs) - visited


def cases(seed, count=24, time=6, vocab=4, most=4, blank=0):
    """Logits, labels, frames and counts of random rows, with repeated and empty transcripts among them."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(count, time, vocab)) * 3
    others = [k for k in range(vocab) if k != blank]
    labels = random.choice(others, size=(count, most))
    labels[::3, 1] = labels[::3, 0]
    frames = random.integers(1, time + 1, size=count)
    counts = random.integers(0, most + 1, size=count)
    counts[:2] = 0
    return logits, *(x.astype("int32") for x in (labels, frames, counts))


def expected(logits, labels, frames, counts, blank=0):
    """Losses and gradients of a batch, by definition."""
    losses, slopes = np.empty(len(logits)), np.zeros(logits.shape)
    for row, (time, count) in enumerate(zip(frames, counts, strict=True)):
        found = by_definition(logits[row, :time], labels[row, :count], blank)
        losses[row], slopes[row, :time] = found
    return losses, slopes


def loss_and_slope(logits, *given, **settings):
    """What `ctc_loss` gives, and the gradient of the sum of what is finite, on any backend."""

    def total(x):
        loss = ctc_loss(x, *given, **settings)
        return ops.sum(ops.where(ops.isfinite(loss), loss, 0.0)), loss

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.Variable(logits)
        with tf.GradientTape() as tape:
            value, loss = total(x)
        return array(loss), array(tape.gradient(value, x))
    if backend == "jax":
        import jax

        (_, loss), slope = jax.value_and_grad(total, has_aux=True)(logits)
        return array(loss), array(slope)
    x = ops.convert_to_tensor(logits).detach().clone().requires_grad_()
    value, loss = total(x)
    value.backward()
    return array(loss), array(x.grad)
