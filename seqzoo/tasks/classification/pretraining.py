"""Pretraining of a classifier on texts alone: its first layers learn to tell near words."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo.errors import InputError
from seqzoo.models.near_words import NEAR_CELL, NEAR_PREFIX, near_words
from seqzoo.optimizers import falling
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import Prepared
from seqzoo.tasks import text_settings
from seqzoo.tasks.classification.near_losses import NEAR, Told, square_loss
from seqzoo.tasks.classification.pieces import HELD_OUT, TEXTS
from seqzoo.text.vocabulary import SPECIAL

# Tokens so frequent, function words and marks for the most part, are not told.
FREQUENT = len(SPECIAL) + 100
# Nor are those behind so many, by the square loss: too rare to learn their near words.
TOLD = 8_000
PIECES = 128  # a training step
SAMPLES = 256  # words drawn for a training step
# Arguments that the network of pretraining and the classifier that it begins have in common.
SHARED = ("cell", "units", "num_layers", "bidirectional", "embedding", "embedding_dim")
EPSILON = 1e-12  # gradients of a mean over many words are of 1e-8 and less
NOISE = 5.0  # their weight, in words drawn for each near one
POWER = 0.75  # of counts, for the odds of being drawn (Mikolov et al. 2013, section 2.2)


class NearWords(Prepared):
    """Pieces of texts to pretrain on.

    Args:
        folder: where a classifier's data were prepared, pieces among them.
        seed: of the order and of the words drawn.
        vocab_size: number of token ids.
        every: beside each batch stand all words, not some that are drawn.

    Attributes:
        counts: of the words that are told, float64 (vocab_size,).
    """

    def __init__(self, folder: Path, seed: int, vocab_size: int, every: bool):
        super().__init__(folder)
        self.seed = seed
        self.encoded = {name: Encoded(folder / name) for name in (TEXTS, HELD_OUT)}
        self.counts = _counts(
            self.encoded[TEXTS], vocab_size, TOLD if every else vocab_size
        )
        shares = self.counts**POWER
        self._odds = np.cumsum(shares / shares.sum())
        self._every = (
            np.arange(min(vocab_size, TOLD), dtype=np.int32)[None] if every else None
        )

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Row numbers of each training batch of an epoch."""
        return plan(self.encoded[TEXTS].lengths, PIECES, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]) -> tf.data.Dataset:
        """Training batches; see `of`."""
        return self.of(TEXTS, planned)

    def of(self, part: str, planned: list[np.ndarray]) -> tf.data.Dataset:
        """Batches of `tokens`, int32 (batch, time), 0 on the right, and `noise`, int32 (1, words)."""

        def arrays() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            for rows in planned:
                tokens = self.encoded[part].rows(rows, names=("tokens",))["tokens"]
                yield tokens, self._drawn(rows) if self._every is None else self._every

        return batches(arrays, ((None, None), "int32"), ((1, None), "int32"))

    def _drawn(self, rows: np.ndarray) -> np.ndarray:
        """Words drawn at random for a batch, from which they follow: a resumed run draws the same."""
        generator = np.random.default_rng([self.seed, *map(int, rows[:8])])
        drawn = np.searchsorted(self._odds, generator.random((1, SAMPLES)))
        return drawn.astype(np.int32)


class Pretraining:
    """What the training loop asks of a recipe, for pretraining.

    Args:
        config: the classifier's settings.
        data: its prepared data.

    Attributes:
        config: the same settings, `epochs` those of pretraining.
        data: the pieces.
    """

    __name__ = "pretraining"

    def __init__(self, config: Any, data: Any):
        self.config = dataclasses.replace(
            config,
            epochs=config.pretrain,
            patience=config.pretrain,
            optimizer=config.pretrain_optimizer,
            learning_rate=config.pretrain_rate,
            average=1,
        )
        square = config.pretrain_loss == "square"
        self.data = NearWords(data.folder, config.seed, len(data.vocabulary), square)
        self._size = len(data.vocabulary)
        self._told = Told.of(self.data.counts) if square else None
        self._measure = tf.function(self._loss, reduce_retracing=True)

    def build(self, config: Any, data: NearWords) -> keras.Model:
        """The network of pretraining; see `seqzoo.models.near_words`."""
        if config.near_units:
            return near_words(
                self._size,
                cell=NEAR_CELL,
                units=config.near_units,
                num_layers=1,
                bidirectional=config.bidirectional,
                embedding="one_hot",
                prefix=NEAR_PREFIX,
            )
        arguments = text_settings.network(config)
        return near_words(self._size, **{name: arguments[name] for name in SHARED})

    def optimizer(self, config: Any, steps_per_epoch: int) -> keras.optimizers.Optimizer:
        """The optimizer of pretraining; what Adam adds to a gradient's size stays below it."""
        made = falling(config, steps_per_epoch)
        if hasattr(made, "epsilon"):
            made.epsilon = EPSILON
        return made

    def loss(
        self, config: Any, model: keras.Model, batch: tuple
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Summed loss of a batch, and the number of near words told: float32 () both."""
        tokens, noise = batch
        return self._loss(tokens, *model([tokens, noise], training=True))

    def evaluate(self, model: keras.Model, data: NearWords, part: str) -> dict[str, float]:
        """The mean loss on pieces of the validation part; its negative is the score."""
        rows = data.encoded[HELD_OUT]
        total = weight = 0.0
        planned = plan(rows.lengths, PIECES, None)
        for tokens, noise in data.of(HELD_OUT, planned):
            loss, told = self._measure(tokens, *model([tokens, noise]))
            total, weight = total + float(loss), weight + float(told)
        return {"score": -total / weight, "loss": total / weight}

    def give(self, pretrained: keras.Model, model: keras.Model) -> None:
        """Begin a classifier with the weights of the layers that it shares with pretraining."""
        shared = [
            layer for layer in pretrained.layers if layer.weights and layer.name != "near"
        ]
        found = {layer.name: layer for layer in model._flatten_layers()}
        for layer in shared:
            found[layer.name].set_weights(layer.get_weights())

    def _loss(self, tokens, states, near, noise):
        directions = 2 if self.config.bidirectional else 1
        if self._told is None:
            return near_loss(tokens, states, near, noise, directions)
        return square_loss(tokens, states, near, noise, self._told, directions)


def near_loss(
    tokens: tf.Tensor,
    states: tf.Tensor,
    near: tf.Tensor,
    drawn: tf.Tensor,
    directions: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Negative sampling (Mikolov et al. 2013, equation 4): near words against words drawn at random.

    The forward half of a state tells the `NEAR` words behind its token, the backward half those before it.
    A batch shares the words drawn.

    Args:
        tokens: int32 (batch, time), 0 on the right.
        states: float32 (batch, time, directions * units).
        near: float32 (batch, time, directions * (units + 1)): of each token, as a near word.
        drawn: float32 (1, samples, directions * (units + 1)).
        directions: 1 or 2.

    Returns:
        The loss, summed over near words, and their number: float32 () both.
    """
    told = tf.cast(tokens >= FREQUENT, states.dtype)  # (batch, time)
    real = tf.cast(tokens != 0, states.dtype)
    total, count = tf.constant(0.0, states.dtype), tf.constant(0.0, states.dtype)
    halves = zip(
        *(tf.split(x, directions, axis=-1) for x in (states, near, drawn)), strict=True
    )
    for number, (state, vector, noise) in enumerate(halves):
        words_near = tf.zeros_like(told)  # how many each state tells, (batch, time)
        for distance in range(1, NEAR + 1):
            before, behind = slice(None, -distance), slice(distance, None)
            of, word = (before, behind) if number == 0 else (behind, before)
            logits = _scores(state[:, of], vector[:, word])  # (batch, time - distance)
            counted = told[:, word] * real[:, of]
            total += tf.reduce_sum(tf.nn.softplus(-logits) * counted)
            padding = [[0, 0], [0, distance] if number == 0 else [distance, 0]]
            words_near += tf.pad(counted, padding)
        # (batch, time, units) x (samples, units) -> (batch, time, samples)
        logits = tf.einsum("btu,ku->btk", state, noise[0, :, :-1]) + noise[0, :, -1]
        against = tf.reduce_sum(tf.nn.softplus(logits), axis=-1)
        samples = tf.cast(tf.shape(noise)[1], states.dtype)
        total += tf.reduce_sum(against * words_near) * NOISE / samples
        count += tf.reduce_sum(words_near)
    return total, count


def _scores(state: tf.Tensor, vector: tf.Tensor) -> tf.Tensor:
    """States (batch, time, units) and words (batch, time, units + 1), bias last -> (batch, time)."""
    return tf.reduce_sum(state * vector[..., :-1], axis=-1) + vector[..., -1]


def _counts(pieces: Encoded, vocab_size: int, most: int) -> np.ndarray:
    """How often each word that is told stands in the pieces: float64 (vocab_size,), 0 of the frequent ones.

    Raises:
        InputError: if there is none but frequent ones.
    """
    counts = np.zeros(vocab_size)
    for values, _ in pieces.spans("tokens", 2**20):
        counts += np.bincount(values, minlength=vocab_size)
    counts[:FREQUENT] = counts[most:] = 0
    if not counts.any():
        raise InputError(
            f"--pretrain: expected more than {FREQUENT} tokens in the vocabulary, of which the most frequent "
            f"are not told; there are {vocab_size}"
        )
    return counts
