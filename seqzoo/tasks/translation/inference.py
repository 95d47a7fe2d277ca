"""A trained translator: encoded texts in, translations out, whatever their number and length."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo import decoding, models
from seqzoo.errors import TooLongError
from seqzoo.pipeline.encoded import groups, padded
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import BOS, EOS, PAD, UNK

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

BATCH_TOKENS, BATCH_ROWS = 2048, 64  # source tokens and texts computed together at most
# Tokens; a recurrent translator of sentences has nothing to say on more.
LONGEST_SOURCE = 1000


@dataclass(frozen=True)
class Translation:
    """One translation.

    Attributes:
        text: plain text.
        tokens: its ids, `</s>` not among them.
        log_prob: log-probability in nats of the tokens and `</s>`.
        score: `log_prob` with the penalties.
    """

    text: str
    tokens: tuple[int, ...]
    log_prob: float
    score: float


class Translating:
    """The translations that a trained model gives encoded texts.

    Args:
        model: as `seqzoo.models.translator` builds it.
        source, target: the two languages' subwords.
        text: how texts become ids: `reverse_source` and `length_ratio`.

    Attributes:
        attends: whether the model has attention.
    """

    def __init__(
        self, model: keras.Model, source: Subwords, target: Subwords, text: dict[str, Any]
    ):
        import tensorflow as tf

        self.model, self.source, self.target = model, source, target
        self.reverse, self.ratio = text["reverse_source"], text["length_ratio"]
        self.encoder, features = models.encoder_of(model), models.features_of(model)
        self.attends = isinstance(features.output, (list, tuple))
        self._searches: dict[Search, tf.function] = {}

        def forced(source: tf.Tensor, target: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            """Log-probabilities (batch, time) of what follows each target id, and alignments."""
            outputs = features([source, target], training=False)
            states = outputs[0] if self.attends else outputs
            logits = tf.matmul(states, models.output_weights(model))
            following = tf.concat([target[:, 1:], tf.zeros_like(target[:, :1])], axis=1)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits)
            return -losses, outputs[1] if self.attends else tf.zeros(0)

        ids = tf.TensorSpec((None, None), tf.int32)
        self._forced = tf.function(forced, input_signature=[ids, ids])

    def encode(self, text: str) -> np.ndarray:
        """A text's source ids, int32 (time,), `</s>` at the end."""
        ids = self.source.encode(text)
        return np.append(ids[::-1] if self.reverse else ids, EOS).astype(np.int32)

    def __call__(
        self, items: Sequence[tuple[str, np.ndarray]], search: Search
    ) -> list[list[Translation]]:
        """The best translations of texts, given with their ids; those of like length go together.

        Returns:
            For each text its translations, best first; none if there is none within the limits.
        """
        lengths = [len(ids) for _, ids in items]
        result: list[list[Translation]] = [[] for _ in items]
        for rows in groups(lengths, BATCH_ROWS, BATCH_TOKENS, longest_first=True):
            source = padded([items[row][1] for row in rows])
            limits = [self._limit(lengths[row], search) for row in rows]
            hypotheses = self._searched(search, source, np.array(limits, np.int32))
            parts = [np.asarray(part) for part in hypotheses]
            for row, *best in zip(rows, *parts, strict=True):
                text, ids = items[row]
                result[row] = self._translations(text, ids, decoding.Hypotheses(*best))
        return result

    def _limit(self, length: int, search: Search) -> int:
        """Tokens of a translation at most, for a source of so many."""
        limit = search.max_length
        if limit is None:
            limit = int(2 * self.ratio * length) + 10
        return max(limit, search.min_length)

    def _searched(
        self, search: Search, source: np.ndarray, limits: np.ndarray
    ) -> decoding.Hypotheses:
        """Search, or draw, for a batch: sources, int32 (batch, time), and limits, int32 (batch,)."""
        if search.seed is not None:
            return self._drawn(search, source, limits)
        if search not in self._searches:
            self._searches[search] = self._compiled(search)
        return self._searches[search](source, limits)

    def _drawn(
        self, search: Search, source: np.ndarray, limits: np.ndarray
    ) -> decoding.Hypotheses:
        """Each text's draws follow from the seed and the text: not from what stands beside it."""
        step, state = models.step_function(self.model, self.encoder(source, training=False))
        rules = decoding.Rules(int(limits.max()), search.min_length, search.no_repeat_ngram)
        seeds = [(search.seed, zlib.crc32(row[row != PAD].tobytes())) for row in source]
        return decoding.sample(
            step,
            state,
            rules,
            temperature=search.temperature,
            top_k=search.top_k,
            top_p=search.top_p,
            seeds=seeds,
        )

    def _compiled(self, search: Search) -> tf.function:
        return searching(
            self.encoder, lambda encoded: models.step_function(self.model, encoded), search
        )

    def _translations(self, text: str, source: np.ndarray, best: Any) -> list[Translation]:
        """The translations of a text that one row of hypotheses stands for."""
        translations = []
        for tokens, length, log_prob, score in zip(*best, strict=True):
            if not length:  # fewer than n_best
                continue
            ids = tuple(int(id) for id in tokens[: length - 1])  # without </s>
            unknown: Sequence[str] = ()
            if UNK in ids and self.attends:
                unknown = self._sources(text, source, ids)
            plain = self.target.decode(ids, unknown)
            translations.append(Translation(plain, ids, float(log_prob), float(score)))
        return translations

    def _sources(self, text: str, source: np.ndarray, ids: Sequence[int]) -> list[str]:
        """For each `<unk>` the source's piece that it attends to most (Luong et al. 2015, section 4.1)."""
        _, alignments = self.score(source, ids)
        assert alignments is not None  # the model has attention
        pieces = self.source.surfaces(text)
        return [
            pieces[int(alignments[place, :-1].argmax())]
            for place, id in enumerate(ids)
            if id == UNK
        ]

    def score(
        self, source: np.ndarray, target: Sequence[int] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """How likely a given translation is.

        Args:
            source: ids, int32 (source time,), as `encode` gives them.
            target: ids of the translation without `</s>`.

        Returns:
            Log-probabilities in nats of its ids and `</s>`, float32 (time + 1,), and alignments, float32
            (time + 1, source time), in the order of the text; None without attention.
        """
        given = np.array([[BOS, *target, EOS]], np.int32)
        log_probs, alignments = self._forced(source[None], given)
        # The last step, behind </s>, predicts nothing.
        log_probs = log_probs.numpy()[0, :-1]
        if not self.attends:
            return log_probs, None
        alignments = alignments.numpy()[0, :-1]
        if self.reverse:  # all but </s>
            alignments = np.concatenate([alignments[:, -2::-1], alignments[:, -1:]], axis=1)
        return log_probs, alignments

    def log_likelihood(
        self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> tuple[float, int]:
        """How likely given translations are.

        Args:
            pairs: source ids as `encode` gives them, and target ids without `</s>`, int32 (time,) each.

        Returns:
            The sum of the log-probabilities in nats of the targets' ids and `</s>`, and their number.
        """
        total, count = 0.0, 0
        lengths = [max(len(source), len(target)) for source, target in pairs]
        for rows in groups(lengths, BATCH_ROWS, BATCH_TOKENS, longest_first=True):
            sources = padded([pairs[row][0] for row in rows])
            whole = [np.concatenate([[BOS], pairs[row][1], [EOS]]) for row in rows]
            targets = padded(whole)
            log_probs, _ = self._forced(sources, targets)
            real = targets[:, 1:] != PAD
            total += float((log_probs.numpy()[:, :-1] * real).sum(dtype=np.float64))
            count += int(real.sum())
        return total, count


def searching(
    encoder: keras.Model, step_function: Callable[[dict], tuple], search: Search
) -> tf.function:
    """Encoder and search as one graph.

    Args:
        encoder: as `seqzoo.models.encoder_of` gives it.
        step_function: from what the encoder gives to what `seqzoo.decoding` asks for: a step and the first
            state.
        search: without a seed.

    Returns:
        A function of sources, int32 (batch, time), 0 on the right, and of the most tokens of each
        translation, int32 (batch,), to `seqzoo.decoding.Hypotheses`.
    """

    import tensorflow as tf

    def run(source: tf.Tensor, limits: tf.Tensor) -> decoding.Hypotheses:
        encoded = encoder(source, training=False)
        step, state = step_function(encoded)
        rules = decoding.Rules(limits, search.min_length, search.no_repeat_ngram)
        if search.beam_size == 1:
            return decoding.greedy(step, state, rules)
        return decoding.beam_search(
            step,
            state,
            rules,
            beam_size=search.beam_size,
            n_best=search.n_best,
            length_penalty=search.length_penalty,
            coverage_penalty=search.coverage_penalty,
            source_mask=encoded["mask"],
        )

    sources = tf.TensorSpec((None, None), tf.int32, "source")
    limits = tf.TensorSpec((None,), tf.int32, "max_length")
    return tf.function(run, input_signature=[sources, limits])


def check_length(ids: np.ndarray, where: str) -> None:
    """Refuse a source of more than 1,000 tokens.

    Args:
        ids: of the source.
        where: begins the message.

    Raises:
        TooLongError: with its length.
    """
    if len(ids) > LONGEST_SOURCE:
        raise TooLongError(
            f"{where}: {len(ids):,} tokens; at most {LONGEST_SOURCE:,} expected: a sentence each"
        )
