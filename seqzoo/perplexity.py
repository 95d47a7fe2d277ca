"""What a trained language model makes of a text: the negative log-probability of each token."""

import math
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.vocabulary import EOS, PAD

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
        states = [tf.TensorSpec((None, network.input[name].shape[-1])) for name in self.names]
        self._read = tf.function(self._losses, input_signature=[ids, ids, states])

    def run(self, tokens, states) -> tuple[dict, list]:
        """The network's outputs and its next states, without training."""
        given = {"tokens": tokens, **dict(zip(self.names, states, strict=True))}
        outputs = self.network(given, training=False)
        return outputs, [outputs[name] for name in self.names]

    def _losses(self, tokens, following, states):
        outputs, states = self.run(tokens, states)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(following, outputs["logits"])
        return losses, outputs["features"], states

    def chunks(self, ids: np.ndarray, rows: int = 1) -> Iterator[tuple]:
        """Read ids as one stream that begins behind a `</s>`, in rows side by side.

        Args:
            ids: int32 (time,).
            rows: pieces read at once; each begins with states of zero, behind the token before it.

        Yields:
            losses float32 (rows, steps), features (rows, steps, size), following ids (rows, steps) and which of
            them are real, bool (rows, steps).
        """
        length = -(-len(ids) // rows)
        padded = np.full(rows * length, PAD, np.int32)
        padded[: len(ids)] = ids
        following = padded.reshape(rows, length)
        real = (np.arange(rows * length) < len(ids)).reshape(rows, length)
        tokens = np.concatenate([[EOS], padded[:-1]]).astype(np.int32).reshape(rows, length)
        states = models.first_states(self.network, rows)
        for start in range(0, length, STEPS):
            part = slice(start, start + STEPS)
            losses, features, states = self._read(tokens[:, part], following[:, part], states)
            yield losses.numpy(), features.numpy(), following[:, part], real[:, part]

    def surprisals(self, ids: np.ndarray) -> np.ndarray:
        """The negative log-probability of each token behind all before it, in nats, float32 (time,)."""
        return np.concatenate([np.zeros(0, np.float32), *(losses[0] for losses, *_ in self.chunks(ids))])

    def mean_loss(self, ids: np.ndarray, rows: int | None = None) -> float:
        """The mean over all tokens.

        Args:
            ids: int32 (time,).
            rows: see `chunks`; None: one for each 50,000 tokens, at most 32.
        """
        rows = max(1, min(ROWS, len(ids) // LONG)) if rows is None else rows
        total = 0.0
        for losses, _, _, real in self.chunks(ids, rows):
            total += float(losses[real].sum(dtype=np.float64))
        return total / len(ids)


def scores(loss: float, unit: str) -> dict:
    """Figures of a mean loss in nats; `score` among them: higher is better."""
    result = {"score": -loss, "loss": loss, "perplexity": math.exp(min(loss, 700.0))}
    return result | ({"bits_per_character": loss / math.log(2)} if unit == "character" else {})
