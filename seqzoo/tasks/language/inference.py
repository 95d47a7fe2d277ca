"""What a trained language model makes of a text: the negative log-probability of each token."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.layers import from_stock, to_stock
from seqzoo.text.vocabulary import EOS, PAD

STEPS = 64  # tokens of a row read at once
LONG = 50_000  # tokens of a row at least, where a text is read in several rows at once
ROWS = 32


class Reading:
    """A network at work: it reads ids, and says how unlikely it found each.

    Args:
        network: as `seqzoo.models.stateless_of` gives it, or loaded from an artifact.
    """

    def __init__(self, network: keras.Model):
        self.network = network
        self.names = [name for name in network.input if name.startswith("state_")]
        ids = tf.TensorSpec((None, None), tf.int32)
        states = [
            tf.TensorSpec((None, network.input[name].shape[-1])) for name in self.names
        ]

        def read(tokens, following, states):
            outputs, states = self.run(tokens, states)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                following, outputs["logits"]
            )
            return losses, outputs["features"], states

        self._read = tf.function(read, input_signature=[ids, ids, states])

    def run(self, tokens, states) -> tuple[dict, list]:
        """The network's outputs and its next states, without training."""
        given = {"tokens": tokens, **dict(zip(self.names, states, strict=True))}
        outputs = self.network(given, training=False)
        return outputs, [outputs[name] for name in self.names]

    def chunks(self, ids: np.ndarray, rows: int = 1) -> Iterator[tuple]:
        """Read ids as one stream that begins behind a `</s>`, in rows side by side.

        Args:
            ids: int32 (time,).
            rows: pieces read at once; each begins with states of zero, behind the token before it.

        Yields:
            losses float32 (rows, steps), features (rows, steps, size), following ids (rows, steps), and which
            of them are real, bool (rows, steps).
        """
        length = -(-len(ids) // rows)
        padded = np.full(rows * length, PAD, np.int32)
        padded[: len(ids)] = ids
        real = (np.arange(rows * length) < len(ids)).reshape(rows, length)
        tokens = np.concatenate([[EOS], padded[:-1]]).astype(np.int32).reshape(rows, length)
        following, start = padded.reshape(rows, length), 0
        for losses, features in self._chunks(tokens, following):
            part = slice(start, start + STEPS)
            yield losses, features, following[:, part], real[:, part]
            start += STEPS

    def _chunks(self, tokens, following) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Losses and features of int32 (rows, time), `STEPS` of them at a time: each has a score for every
        word."""
        states = models.first_states(self.network, len(tokens))
        for start in range(0, tokens.shape[1], STEPS):
            part = slice(start, start + STEPS)
            losses, features, states = self._read(
                tokens[:, part], following[:, part], states
            )
            yield losses.numpy(), features.numpy()

    def texts(self, encoded: list[np.ndarray]) -> list[np.ndarray]:
        """The negative log-probability of each token of several texts, in nats, float32 (time,) each; every
        text begins behind a `</s>`, and they are read side by side."""
        following = keras.utils.pad_sequences(encoded, padding="post", value=PAD)
        tokens = np.concatenate(
            [np.full((len(encoded), 1), EOS, np.int32), following[:, :-1]], axis=1
        )
        losses = np.concatenate(
            [losses for losses, _ in self._chunks(tokens, following)], axis=1
        )
        return [row[: len(ids)] for row, ids in zip(losses, encoded, strict=True)]

    def mean_loss(self, ids: np.ndarray, rows: int | None = None) -> float:
        """The mean over all tokens.

        Args:
            ids: int32 (time,).
            rows: see `chunks`; None: one for each 50,000 tokens, at most 32.

        Raises:
            InputError: if there is none.
        """
        if not len(ids):
            raise InputError("ids: expected at least one token; there is none")
        rows = max(1, min(ROWS, len(ids) // LONG)) if rows is None else rows
        total = 0.0
        for losses, _, _, real in self.chunks(ids, rows):
            total += float(losses[real].sum(dtype=np.float64))
        return total / len(ids)


class Cache(NamedTuple):
    """The neural cache (Grave, Joulin & Usunier 2017): what followed where the network felt as it does now.

    `p = (1 - weight) p_network + weight p_cache`, where p_cache(w) is the share of the last `size` tokens
    that are w, each counted exp(flatness h . h_i), h being features now and h_i when it was foretold.

    Attributes:
        size: tokens remembered, at least 1.
        weight: from 0 to below 1.
        flatness: at least 0.
    """

    size: int
    weight: float = 0.1
    flatness: float = 0.3

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: naming it.
        """
        if self.size < 1:
            raise InputError(f"cache: expected at least 1 token; got {self.size}")
        if not 0 <= self.weight < 1:
            raise InputError(
                f"cache weight: expected a share from 0 to below 1; got {self.weight}"
            )
        if not self.flatness >= 0:
            raise InputError(f"cache flatness: expected at least 0; got {self.flatness}")

    def applied(self, chunks: Iterator[tuple]) -> Iterator[np.ndarray]:
        """Losses, float64 (steps,), of the chunks of a single row (see `Reading.chunks`), the cache's share
        in them."""
        history = words = None
        for losses, features, following, _ in chunks:
            now, ids = features[0].astype(np.float64), following[0]
            history = now if history is None else np.concatenate([history, now])
            words = ids if words is None else np.concatenate([words, ids])
            places = np.arange(len(words) - len(ids), len(words))[:, None]
            behind = places - np.arange(len(words))  # how long ago
            inside = (behind > 0) & (behind <= self.size)
            scores = np.where(inside, self.flatness * (now @ history.T), -np.inf)
            top = scores.max(axis=1, keepdims=True)
            weights = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
            total = weights.sum(axis=1)
            same = (weights * (words == ids[:, None])).sum(axis=1)
            share = np.where(total > 0, self.weight, 0.0)
            cached = same / np.where(total > 0, total, 1.0)
            yield -np.log(
                (1 - share) * np.exp(-losses[0].astype(np.float64)) + share * cached
            )
            history, words = history[-self.size :], words[-self.size :]


class Dynamic(NamedTuple):
    """Dynamic evaluation by gradient descent (Krause et al. 2018, section 4): the network goes on learning
    from what it has just been measured on, and is drawn back to what it was.

    Attributes:
        rate: learning rate, of the mean loss of a token.
        decay: share of the way back to the trained weights in each step.
        steps: tokens between two steps, and gradients go back through.
    """

    rate: float
    decay: float = 0.0
    steps: int = 5

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: naming it.
        """
        if not self.rate > 0:
            raise InputError(f"dynamic: expected a rate above 0; got {self.rate}")
        if not 0 <= self.decay < 1:
            raise InputError(
                f"dynamic decay: expected a share from 0 to below 1; got {self.decay}"
            )
        if self.steps < 1:
            raise InputError(f"dynamic steps: expected at least 1; got {self.steps}")

    def applied(self, reading: Reading, ids: np.ndarray) -> Iterator[np.ndarray]:
        """Losses, float32 (steps,); what learns is a copy of the network."""
        learner = Reading(from_stock(to_stock(reading.network)))
        network = learner.network
        variables = network.trainable_variables
        trained = [tf.constant(variable.numpy()) for variable in variables]
        matrix = tf.TensorSpec((1, None), tf.int32)
        states = [tf.TensorSpec((1, network.input[n].shape[-1])) for n in learner.names]

        def step(tokens, following, states):
            with tf.GradientTape() as tape:
                outputs, states = learner.run(tokens, states)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    following, outputs["logits"]
                )
                mean = tf.reduce_mean(losses)
            for variable, start, gradient in zip(
                variables, trained, tape.gradient(mean, variables), strict=True
            ):
                back = self.decay * (start - variable)
                variable.assign(
                    variable - self.rate * tf.convert_to_tensor(gradient) + back
                )
            return losses, states

        step = tf.function(step, input_signature=[matrix, matrix, states])
        tokens, now = (
            np.concatenate([[EOS], ids[:-1]]).astype(np.int32),
            models.first_states(network, 1),
        )
        for start in range(0, len(ids), self.steps):
            part = slice(start, start + self.steps)
            losses, now = step(tokens[None, part], ids[None, part], now)
            yield losses.numpy()[0]


def scores(loss: float, unit: str) -> dict:
    """Figures of a mean loss in nats; `score` among them: higher is better."""
    result = {"score": -loss, "loss": loss, "perplexity": math.exp(min(loss, 700.0))}
    return result | (
        {"bits_per_character": loss / math.log(2)} if unit == "character" else {}
    )
