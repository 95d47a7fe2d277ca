"""A trained translator at work: encoded texts in, translations out, whatever their number and length."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from seqzoo import decoding, models
from seqzoo.errors import InputError, TooLongError
from seqzoo.pipeline.encoded import groups, padded
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import BOS, EOS, PAD, UNK

BATCH_TOKENS, BATCH_ROWS = 2048, 64  # source tokens and texts computed together at most
LONGEST_SOURCE = (
    1000  # tokens; a recurrent translator of sentences has nothing to say on more
)


@dataclass(frozen=True)
class Search:
    """How translations are searched for; see `seqzoo.decoding`.

    Attributes:
        beam_size: 1 is greedy.
        n_best: translations of each text.
        length_penalty, coverage_penalty: see `seqzoo.decoding.beam.Penalties`.
        min_length: tokens at least.
        max_length: tokens at most; None: twice as many as a text of that length had in training, and 10.
        no_repeat_ngram: no n tokens come twice in a translation.
        temperature, top_k, top_p, seed: with a seed translations are drawn, not searched for.
    """

    beam_size: int = 5
    n_best: int = 1
    length_penalty: float = 0.0
    coverage_penalty: float = 0.0
    min_length: int = 0
    max_length: int | None = None
    no_repeat_ngram: int = 0
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None

    def check(self) -> None:
        """Refuse what no search can do.

        Raises:
            InputError: on a number out of its range, or settings that exclude each other.
        """
        for name in ("beam_size", "n_best"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InputError(
                    f"{name}: expected a whole number, at least 1; got {value!r}"
                )
        if self.n_best > self.beam_size:
            raise InputError(
                f"n_best: expected at most beam_size, {self.beam_size}; got {self.n_best}"
            )
        for name in ("length_penalty", "coverage_penalty"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name}: expected at least 0; got {getattr(self, name)}")
        decoding.Rules(
            self.max_length or self.min_length, self.min_length, self.no_repeat_ngram
        )
        drawn = [
            n
            for n in ("temperature", "top_k", "top_p")
            if getattr(self, n) not in (None, 1.0)
        ]
        if self.seed is None and drawn:
            raise InputError(
                f"{drawn[0]}: expected a seed too, which says to draw translations"
            )
        if self.seed is not None:
            decoding.check_draws(self.temperature, self.top_k, self.top_p)
            if self.n_best > 1:
                raise InputError(
                    f"n_best: one translation is drawn for a seed; got n_best={self.n_best}"
                )


@dataclass(frozen=True)
class Translation:
    """One translation.

    Attributes:
        text: plain text.
        tokens: its ids, `</s>` not among them.
        log_prob: of tokens and `</s>`.
        score: `log_prob` with the penalties.
    """

    text: str
    tokens: tuple[int, ...]
    log_prob: float
    score: float


class Translating:
    """A trained model at work.

    Args:
        model: as `seqzoo.models.translator` builds it.
        source, target: the two languages' subwords.
        text: how texts become ids: `reverse_source` and `length_ratio`.
    """

    def __init__(self, model: keras.Model, source: Subwords, target: Subwords, text: dict):
        self.model, self.source, self.target = model, source, target
        self.reverse, self.ratio = text["reverse_source"], text["length_ratio"]
        self.encoder, features = models.encoder_of(model), models.features_of(model)
        self.attends = isinstance(features.output, (list, tuple))
        ids = tf.TensorSpec((None, None), tf.int32)
        self._searches = {}

        def forced(source, target):
            outputs = features([source, target], training=False)
            states = outputs[0] if self.attends else outputs
            logits = tf.matmul(states, models.output_weights(model))
            following = tf.concat([target[:, 1:], tf.zeros_like(target[:, :1])], axis=1)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits)
            return -losses, outputs[1] if self.attends else tf.zeros(0)

        self._forced = tf.function(forced, input_signature=[ids, ids])

    def encode(self, text: str) -> np.ndarray:
        """A text's source ids, int32 (time,), `</s>` at the end."""
        ids = self.source.encode(text)
        return np.append(ids[::-1] if self.reverse else ids, EOS).astype(np.int32)

    def __call__(
        self, items: Sequence[tuple[str, np.ndarray]], search: Search
    ) -> list[list[Translation]]:
        """The best translations of texts, given with their ids; those of like length go together."""
        encoded, result = [ids for _, ids in items], [[] for _ in items]
        for rows in groups(
            [len(ids) for ids in encoded], BATCH_ROWS, BATCH_TOKENS, longest_first=True
        ):
            source = padded([encoded[row] for row in rows])
            limits = np.array(
                [self._limit(len(encoded[row]), search) for row in rows], np.int32
            )
            found = self._searching(search, source, limits)
            for row, *best in zip(rows, *(np.asarray(part) for part in found), strict=True):
                result[row] = self._translations(items[row], *best)
        return result

    def _limit(self, length: int, search: Search) -> int:
        limit = (
            int(2 * self.ratio * length) + 10
            if search.max_length is None
            else search.max_length
        )
        return max(limit, search.min_length)

    def _searching(self, search: Search, source, limits):
        if search.seed is not None:
            return self._drawn(search, source, limits)
        if search not in self._searches:
            self._searches[search] = self._compiled(search)
        return self._searches[search](source, limits)

    def _drawn(self, search: Search, source, limits):
        """Each text's draws follow from the seed and the text: not from what stands beside it."""
        step, state = models.step_function(self.model, self.encoder(source, training=False))
        rules = decoding.Rules(int(limits.max()), search.min_length, search.no_repeat_ngram)
        seeds = [(search.seed, zlib.crc32(row[row != PAD].tobytes())) for row in source]
        return decoding.sample(
            step, state, rules,
            temperature=search.temperature, top_k=search.top_k, top_p=search.top_p, seeds=seeds,
        )  # fmt: skip

    def _compiled(self, search: Search):
        return searching(
            self.encoder, lambda encoded: models.step_function(self.model, encoded), search
        )

    def _translations(self, item, tokens, lengths, log_probs, scores) -> list[Translation]:
        best = []
        for ids, length, log_prob, score in zip(
            tokens, lengths, log_probs, scores, strict=True
        ):
            if length:
                ids = tuple(int(id) for id in ids[: length - 1])
                unknown = self._sources(*item, ids) if UNK in ids and self.attends else ()
                text = self.target.decode(ids, unknown)
                best.append(Translation(text, ids, float(log_prob), float(score)))
        return best

    def _sources(self, text, source, ids) -> list[str]:
        """For each `<unk>` the source's piece that it attends to most (Luong et al. 2015, section 4.1)."""
        _, alignments = self.score(source, ids)
        pieces = self.source.surfaces(text)
        return [
            pieces[int(alignments[place, :-1].argmax())]
            for place, id in enumerate(ids)
            if id == UNK
        ]

    def score(self, source: np.ndarray, target: Sequence[int]):
        """Log-probabilities of a given target's ids and `</s>`, float32 (time + 1,), and alignments
        (time + 1, source time), in the order of the text, or None."""
        given = np.array([[BOS, *target, EOS]], np.int32)
        log_probs, alignments = self._forced(source[None], given)
        if not self.attends:
            return log_probs.numpy()[0, :-1], None
        alignments = alignments.numpy()[0, :-1]
        if self.reverse:
            alignments = np.concatenate([alignments[:, -2::-1], alignments[:, -1:]], axis=1)
        return log_probs.numpy()[0, :-1], alignments

    def log_likelihood(
        self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> tuple[float, int]:
        """Sum of the log-probabilities of targets' ids and `</s>`, and their number."""
        total, count = 0.0, 0
        lengths = [max(len(s), len(t)) for s, t in pairs]
        for rows in groups(lengths, BATCH_ROWS, BATCH_TOKENS, longest_first=True):
            targets = padded(
                [np.concatenate([[BOS], pairs[row][1], [EOS]]) for row in rows]
            )
            log_probs, _ = self._forced(padded([pairs[row][0] for row in rows]), targets)
            real = targets[:, 1:] != PAD
            total += float((log_probs.numpy()[:, :-1] * real).sum(dtype=np.float64))
            count += int(real.sum())
        return total, count


def searching(encoder: keras.Model, step_function, search: Search) -> tf.function:
    """Encoder and search as one graph.

    Args:
        encoder: as `seqzoo.models.encoder_of` gives it.
        step_function: from what the encoder gives to what `seqzoo.decoding` asks for.
        search: without a seed.

    Returns:
        A function of sources, int32 (batch, time), 0 on the right, and of the most tokens of each
        translation, int32 (batch,), to `seqzoo.decoding.Hypotheses`.
    """

    def run(source, limits):
        encoded = encoder(source, training=False)
        step, state = step_function(encoded)
        rules = decoding.Rules(limits, search.min_length, search.no_repeat_ngram)
        if search.beam_size == 1:
            return decoding.greedy(step, state, rules)
        return decoding.beam_search(
            step, state, rules,
            beam_size=search.beam_size,
            n_best=search.n_best,
            length_penalty=search.length_penalty,
            coverage_penalty=search.coverage_penalty,
            source_mask=encoded["mask"],
        )  # fmt: skip

    signature = [
        tf.TensorSpec((None, None), tf.int32, "source"), tf.TensorSpec((None,), tf.int32, "max_length")
    ]  # fmt: skip
    return tf.function(run, input_signature=signature)


def check_length(ids: np.ndarray, where: str) -> None:
    """Refuse a source that is too long.

    Raises:
        TooLongError: with its length.
    """
    if len(ids) > LONGEST_SOURCE:
        raise TooLongError(
            f"{where}: {len(ids):,} tokens; at most {LONGEST_SOURCE:,} expected: a sentence each"
        )
