"""A trained language model's network: ids of a text in, the negative log-probability of each out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.text.vocabulary import EOS, PAD

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

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
        import tensorflow as tf

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
        import keras

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
