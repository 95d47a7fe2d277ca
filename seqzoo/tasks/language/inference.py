"""A trained language model's network: ids of a text in, the negative log-probability of each out."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.layers import from_stock, to_stock
from seqzoo.text.vocabulary import EOS, PAD

STEPS = 64  # tokens of a row read at once
LONG = 50_000  # tokens of a row at least, where a text is read in several rows at once
ROWS = 32  # of a text at most


class Chunk(NamedTuple):
    """What is known of some steps of a text.

    Attributes:
        losses: negative log-probabilities in nats, float32 (rows, steps).
        features: what the network computes them from, float32 (rows, steps, size).
        following: the ids whose losses these are, int32 (rows, steps).
        real: which of them are tokens of the text, bool (rows, steps).
    """

    losses: np.ndarray
    features: np.ndarray
    following: np.ndarray
    real: np.ndarray


class Reading:
    """A network that reads ids, and says how unlikely it found each.

    Args:
        network: as `seqzoo.models.stateless_of` gives it, or loaded from an artifact.

    Attributes:
        names: of its states.
    """

    def __init__(self, network: keras.Model):
        self.network = network
        self.names = [name for name in network.input if name.startswith("state_")]
        ids = tf.TensorSpec((None, None), tf.int32)
        states = [
            tf.TensorSpec((None, network.input[name].shape[-1])) for name in self.names
        ]

        def read(
            tokens: tf.Tensor, following: tf.Tensor, states: list[tf.Tensor]
        ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
            outputs, states = self.run(tokens, states)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                following, outputs["logits"]
            )
            return losses, outputs["features"], states

        self._read = tf.function(read, input_signature=[ids, ids, states])

    def run(
        self, tokens: Any, states: Sequence[Any]
    ) -> tuple[dict[str, tf.Tensor], list[tf.Tensor]]:
        """Call the network, without training.

        Args:
            tokens: int32 (rows, time).
            states: in the order of `names`, float32 (rows, size) each.

        Returns:
            The outputs, `logits` (rows, time, words) and `features` (rows, time, size) among them, and the
            next states.
        """
        given = {"tokens": tokens, **dict(zip(self.names, states, strict=True))}
        outputs = self.network(given, training=False)
        return outputs, [outputs[name] for name in self.names]

    def chunks(self, ids: np.ndarray, rows: int = 1) -> Iterator[Chunk]:
        """Read ids as one stream that begins behind a `</s>`, in rows side by side.

        Args:
            ids: int32 (time,).
            rows: pieces read at once; each begins with states of zero, behind the token before it.
        """
        length = -(-len(ids) // rows)  # of a row, rounded up
        padded = np.full(rows * length, PAD, np.int32)
        padded[: len(ids)] = ids
        tokens = np.concatenate([[EOS], padded[:-1]]).astype(np.int32)
        real = np.arange(rows * length) < len(ids)

        # (rows * length,) -> (rows, length)
        tokens, following = tokens.reshape(rows, length), padded.reshape(rows, length)
        real = real.reshape(rows, length)
        start = 0
        for losses, features in self._chunks(tokens, following):
            part = slice(start, start + STEPS)
            yield Chunk(losses, features, following[:, part], real[:, part])
            start += STEPS

    def _chunks(
        self, tokens: np.ndarray, following: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Losses and features of int32 (rows, time), `STEPS` of them at a time.

        All at once would need much memory: each step has a score for every word.
        """
        states = models.first_states(self.network, len(tokens))
        for start in range(0, tokens.shape[1], STEPS):
            part = slice(start, start + STEPS)
            losses, features, states = self._read(
                tokens[:, part], following[:, part], states
            )
            yield losses.numpy(), features.numpy()

    def texts(self, encoded: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The losses of texts, which are read side by side, each behind a `</s>`.

        Args:
            encoded: ids, int32 (time,) each.

        Returns:
            For each text the negative log-probability of each token in nats, float32 (time,).
        """
        following = keras.utils.pad_sequences(encoded, padding="post", value=PAD)
        ends = np.full((len(encoded), 1), EOS, np.int32)
        tokens = np.concatenate([ends, following[:, :-1]], axis=1)
        chunks = [losses for losses, _ in self._chunks(tokens, following)]
        losses = np.concatenate(chunks, axis=1)  # (texts, time)
        return [row[: len(ids)] for row, ids in zip(losses, encoded, strict=True)]

    def mean_loss(self, ids: np.ndarray, rows: int | None = None) -> float:
        """The mean negative log-probability of a token, in nats.

        Args:
            ids: int32 (time,).
            rows: see `chunks`; None: one for each 50,000 tokens, at most 32.

        Raises:
            InputError: if there is no token.
        """
        if not len(ids):
            raise InputError("ids: expected at least one token; there is none")
        if rows is None:
            rows = max(1, min(ROWS, len(ids) // LONG))
        total = 0.0
        for chunk in self.chunks(ids, rows):
            total += float(chunk.losses[chunk.real].sum(dtype=np.float64))
        return total / len(ids)


class Cache(NamedTuple):
    """The neural cache (Grave, Joulin & Usunier 2017): what followed where the features were like now.

    `p = (1 - weight) p_network + weight p_cache`. p_cache(w) is the share of the last `size` tokens that
    are w, each counted exp(flatness h . h_i): h are the features now, h_i those when it was predicted.

    Attributes:
        size: tokens remembered, at least 1.
        weight: from 0 to below 1.
        flatness: at least 0.
    """

    size: int
    weight: float = 0.1
    flatness: float = 0.3

    def check(self) -> None:
        """Refuse a cache with a number out of range.

        Raises:
            InputError: naming the number.
        """
        if self.size < 1:
            raise InputError(f"cache: expected at least 1 token; got {self.size}")
        if not 0 <= self.weight < 1:
            raise InputError(
                f"cache weight: expected a share from 0 to below 1; got {self.weight}"
            )
        if not self.flatness >= 0:
            raise InputError(f"cache flatness: expected at least 0; got {self.flatness}")

    def applied(self, chunks: Iterator[Chunk]) -> Iterator[np.ndarray]:
        """Mix the cache into the losses of a text that is read as a single row.

        Args:
            chunks: of one row; see `Reading.chunks`.

        Yields:
            Negative log-probabilities in nats, float64 (steps,), of each chunk.
        """
        history: np.ndarray | None = None  # features of the last tokens, (time, size)
        words: np.ndarray | None = None  # these tokens, (time,)
        for losses, features, following, _ in chunks:
            now, ids = features[0].astype(np.float64), following[0]
            history = now if history is None else np.concatenate([history, now])
            words = ids if words is None else np.concatenate([words, ids])

            cached, known = self._cached(now, ids, history, words)
            share = np.where(known, self.weight, 0.0)
            network = np.exp(-losses[0].astype(np.float64))
            yield -np.log((1 - share) * network + share * cached)
            history, words = history[-self.size :], words[-self.size :]

    def _cached(
        self, now: np.ndarray, ids: np.ndarray, history: np.ndarray, words: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """p_cache of some ids, float64 (steps,), and whether the cache holds anything, bool (steps,).

        Args:
            now: features of the steps, (steps, size).
            ids: what follows them, (steps,).
            history, words: all that the cache may hold, the steps at its end.
        """
        places = np.arange(len(words) - len(ids), len(words))[:, None]
        behind = places - np.arange(len(words))  # (steps, time), how long ago
        inside = (behind > 0) & (behind <= self.size)
        scores = np.where(inside, self.flatness * (now @ history.T), -np.inf)
        top = scores.max(axis=1, keepdims=True)
        weights = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
        total = weights.sum(axis=1)
        same = (weights * (words == ids[:, None])).sum(axis=1)
        known = total > 0
        return same / np.where(known, total, 1.0), known


class Dynamic(NamedTuple):
    """Dynamic evaluation by gradient descent (Krause et al. 2018, section 4).

    The network goes on learning from what it has just been measured on, and is drawn back to what it was.

    Attributes:
        rate: learning rate, of the mean loss of a token; above 0.
        decay: share of the way back to the trained weights in each step; from 0 to below 1.
        steps: tokens between two steps, and gradients go back through; at least 1.
    """

    rate: float
    decay: float = 0.0
    steps: int = 5

    def check(self) -> None:
        """Refuse an evaluation with a number out of range.

        Raises:
            InputError: naming the number.
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
        """Losses of a text in nats, float32 (steps,), some steps at a time.

        Args:
            reading: has the network; what learns is a copy of it.
            ids: int32 (time,).
        """
        learner = Reading(from_stock(to_stock(reading.network)))
        step = self._step(learner)
        tokens = np.concatenate([[EOS], ids[:-1]]).astype(np.int32)
        states = models.first_states(learner.network, 1)
        for start in range(0, len(ids), self.steps):
            part = slice(start, start + self.steps)
            losses, states = step(tokens[None, part], ids[None, part], states)
            yield losses.numpy()[0]

    def _step(self, learner: Reading) -> tf.function:
        """From ids, int32 (1, steps), those that follow and states to the losses and the next states.

        Behind it the weights have learnt from the losses.
        """
        network = learner.network
        variables = network.trainable_variables
        trained = [tf.constant(variable.numpy()) for variable in variables]

        def step(
            tokens: tf.Tensor, following: tf.Tensor, states: list[tf.Tensor]
        ) -> tuple[tf.Tensor, list[tf.Tensor]]:
            with tf.GradientTape() as tape:
                outputs, states = learner.run(tokens, states)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    following, outputs["logits"]
                )
                mean = tf.reduce_mean(losses)
            gradients = tape.gradient(mean, variables)
            for variable, start, gradient in zip(
                variables, trained, gradients, strict=True
            ):
                down = self.rate * tf.convert_to_tensor(gradient)  # it may be sparse
                back = self.decay * (start - variable)
                variable.assign(variable - down + back)
            return losses, states

        matrix = tf.TensorSpec((1, None), tf.int32)
        states = [tf.TensorSpec((1, network.input[n].shape[-1])) for n in learner.names]
        return tf.function(step, input_signature=[matrix, matrix, states])


def scores(loss: float, unit: str) -> dict[str, float]:
    """Figures of a mean loss.

    Args:
        loss: of a token, in nats.
        unit: what a token is.

    Returns:
        `score` (higher is better), `loss`, `perplexity`, and of characters `bits_per_character`.
    """
    perplexity = math.exp(min(loss, 700.0))  # more would overflow
    result = {"score": -loss, "loss": loss, "perplexity": perplexity}
    if unit == "character":
        result["bits_per_character"] = loss / math.log(2)
    return result
