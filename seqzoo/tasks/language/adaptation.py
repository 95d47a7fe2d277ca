"""Two ways to help a language model with what it has just read: a cache, and learning on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.tasks.language.inference import Chunk
from seqzoo.text.vocabulary import EOS

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


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

    def applied(self, network: keras.Model, ids: np.ndarray) -> Iterator[np.ndarray]:
        """Losses of a text in nats, float32 (steps,), some steps at a time.

        Args:
            network: as `seqzoo.models.stateless_of` gives it; what learns is a copy of it.
            ids: int32 (time,).
        """
        from seqzoo.layers import from_stock, to_stock

        learner = from_stock(to_stock(network))
        step = self._step(learner)
        tokens = np.concatenate([[EOS], ids[:-1]]).astype(np.int32)
        names = [name for name in learner.input if name.startswith("state_")]
        states = dict(zip(names, models.first_states(learner, 1), strict=True))
        for start in range(0, len(ids), self.steps):
            part = slice(start, start + self.steps)
            losses, states = step(tokens[None, part], ids[None, part], states)
            yield losses.numpy()[0]

    def _step(self, learner: keras.Model) -> tf.function:
        """From ids, int32 (1, steps), those that follow and states to the losses and the next states.

        Behind it the weights have learnt from the losses.
        """
        import tensorflow as tf

        variables = learner.trainable_variables
        trained = [tf.constant(variable.numpy()) for variable in variables]

        def step(
            tokens: tf.Tensor, following: tf.Tensor, states: dict[str, tf.Tensor]
        ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
            with tf.GradientTape() as tape:
                outputs = learner({"tokens": tokens, **states}, training=False)
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
            return losses, {name: outputs[name] for name in states}

        matrix = tf.TensorSpec((1, None), tf.int32)
        states = {
            name: tf.TensorSpec((1, each.shape[-1]))
            for name, each in learner.input.items()
            if name != "tokens"
        }
        return tf.function(step, input_signature=[matrix, matrix, states])
