"""A trained language model's network: ids of a text in, the negative log-probability of each out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from seqzoo.engine import for_groups
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.text.vocabulary import EOS, PAD

STEPS = 64  # tokens of a row read at once
# On the engine, tokens of all rows: for the scores of more, threads wait while the system gives them memory.
TOKENS, FEWEST_STEPS = 128, 16
LONG = 50_000  # tokens of a row at least, where a text is read in several rows at once
ROWS = 32  # of a text at most
MOST_LOSS = 700.0  # whose perplexity is a number: more would overflow
BLOCK = 2**17  # scores that are turned into losses at once, which stay in the cache

States: TypeAlias = dict[str, np.ndarray]  # name -> float32 (rows, size)


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
        network: runs `tokens`, int32 (rows, time), and states by name, float32 (rows, size); gives
            `logits`, `features` and the states behind them as `next_NAME`: a `seqzoo.engine.Network` or a
            `seqzoo.training.running.KerasNetwork`.
        words: size of the vocabulary.

    Attributes:
        network: the same.
        sizes: name of each state -> its size.

    Raises:
        InputError: if the network is none of a language model with so many words.
    """

    def __init__(self, network: Any, words: int):
        self.network = network
        sizes = dict(network.inputs)
        sizes.pop("tokens", None)
        self.sizes: dict[str, int] = sizes
        states = {f"next_{name}": size for name, size in sizes.items()}
        features = network.outputs.get("features")
        expected = {"logits": words, "features": features, **states}
        if len(sizes) == len(network.inputs) or dict(network.outputs) != expected:
            raise InputError(
                f"{network.where}: expected tokens and states, logits of {words} words, features "
                "and the next states"
            )

    def first_states(self, rows: int) -> States:
        """States of zero: each row is at the beginning of a text."""
        return {
            name: np.zeros((rows, size), np.float32) for name, size in self.sizes.items()
        }

    def run(
        self, tokens: np.ndarray, states: States
    ) -> tuple[dict[str, np.ndarray], States]:
        """Run the network.

        Args:
            tokens: int32 (rows, time).
            states: before the tokens.

        Returns:
            `logits` (rows, time, words) and `features` (rows, time, size) among the outputs, float32; and
            the states behind the tokens.
        """
        outputs = self.network.run({"tokens": tokens, **states})
        return outputs, {name: outputs[f"next_{name}"] for name in states}

    def following(self, token: int, states: States) -> tuple[np.ndarray, States]:
        """What follows a token: natural logarithms, float64 (words,), and the states behind it.

        Args:
            token: the id.
            states: before it, of one row.
        """
        outputs, states = self.run(np.array([[token]], np.int32), states)
        logits = outputs["logits"][0, -1].astype(np.float64)  # (1, 1, words) -> (words,)
        logits -= logits.max()
        return logits - np.log(np.exp(logits).sum()), states

    def chunks(self, ids: np.ndarray, rows: int = 1) -> Iterator[Chunk]:
        """Read ids as one stream that begins behind a `</s>`, in rows side by side.

        Args:
            ids: int32 (time,).
            rows: pieces read at once; each begins with states of zero, behind the token before it.
        """
        length = -(-len(ids) // rows)  # of a row, rounded up
        flat = np.full(rows * length, PAD, np.int32)
        flat[: len(ids)] = ids
        before = np.concatenate([[EOS], flat[:-1]]).astype(np.int32)

        # (rows * length,) -> (rows, length)
        tokens, following = before.reshape(rows, length), flat.reshape(rows, length)
        real = (np.arange(rows * length) < len(ids)).reshape(rows, length)
        start = 0
        for losses, features in self._chunks(tokens, following):
            part = slice(start, start + losses.shape[1])
            yield Chunk(losses, features, following[:, part], real[:, part])
            start = part.stop

    def _chunks(
        self, tokens: np.ndarray, following: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Losses and features of int32 (rows, time).

        A few steps at a time: all at once would need much memory, for each has a score for every word.
        """
        states = self.first_states(len(tokens))
        steps = self._steps(len(tokens))
        for start in range(0, tokens.shape[1], steps):
            part = slice(start, start + steps)
            outputs, states = self.run(tokens[:, part], states)
            yield losses_of(outputs["logits"], following[:, part]), outputs["features"]

    def _steps(self, rows: int) -> int:
        """How many tokens of so many rows are read at once."""
        if self.network.inner is None:
            return STEPS
        return min(STEPS, max(FEWEST_STEPS, TOKENS // rows))

    def texts(self, encoded: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The losses of texts, which are read side by side, each behind a `</s>`.

        Args:
            encoded: ids, int32 (time,) each.

        Returns:
            For each text the negative log-probability of each token in nats, float32 (time,).
        """
        following = padded(encoded)  # (texts, time)
        ends = np.full((len(encoded), 1), EOS, np.int32)
        tokens = np.concatenate([ends, following[:, :-1]], axis=1)
        chunks = [losses for losses, _ in self._chunks(tokens, following)]
        losses = np.concatenate(chunks, axis=1)  # (texts, time)
        return [row[: len(ids)] for row, ids in zip(losses, encoded, strict=True)]

    def likelihoods(self, encoded: Sequence[np.ndarray]) -> list[float]:
        """The mean log-probability in nats of a token of each text.

        Args:
            encoded: see `texts`.
        """
        found: dict[int, float] = {}  # place -> likelihood

        def measure(rows: list[int]) -> None:
            losses = self.texts([encoded[row] for row in rows])
            for row, each in zip(rows, losses, strict=True):
                found[row] = -float(each.mean(dtype=np.float64))

        for_groups(self.network, measure, [len(ids) for ids in encoded])
        return [found[row] for row in range(len(encoded))]

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


def losses_of(logits: np.ndarray, following: np.ndarray) -> np.ndarray:
    """Negative log-probabilities in nats, float32 (rows, time).

    Args:
        logits: scores of every word, float32 (rows, time, words).
        following: the words that came, int32 (rows, time).
    """
    words = logits.shape[-1]
    flat = logits.reshape(-1, words)  # (rows * time, words)
    ids = following.reshape(-1)  # (rows * time,)
    losses = np.empty(len(flat), np.float32)
    step = max(1, BLOCK // words)
    for start in range(0, len(flat), step):
        part = slice(start, start + step)
        scores = flat[part] - flat[part].max(axis=1, keepdims=True)
        chosen = scores[np.arange(len(scores)), ids[part]]
        losses[part] = np.log(np.exp(scores, out=scores).sum(axis=1)) - chosen
    return losses.reshape(following.shape)  # (rows, time)


def scores(loss: float, unit: str) -> dict[str, float]:
    """Figures of a mean loss.

    Args:
        loss: of a token, in nats.
        unit: what a token is.

    Returns:
        `score` (higher is better), `loss`, `perplexity`, and of characters `bits_per_character`.
    """
    perplexity = math.exp(min(loss, MOST_LOSS))
    result = {"score": -loss, "loss": loss, "perplexity": perplexity}
    if unit == "character":
        result["bits_per_character"] = loss / math.log(2)
    return result
