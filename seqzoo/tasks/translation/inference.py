"""A trained translator: encoded texts in, translations out, whatever their number and length."""

import functools
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from seqzoo import decoding
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_texts import constraints_of
from seqzoo.engine import for_groups
from seqzoo.engine.search import Begun, StepNetworks
from seqzoo.errors import InputError, TooLongError
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.text.subwords import FORMS, Subwords, in_form
from seqzoo.text.vocabulary import EOS, PAD, UNK

BATCH_TOKENS = 2048  # source tokens computed together at most
ROWS = (
    24,
    64,
)  # texts, too: on the engine, where groups are computed side by side, and in Keras
# Tokens; a recurrent translator of sentences has nothing to say on more.
LONGEST_SOURCE = 1000
DEMANDS = 64  # that are remembered, each for a greatest length

Pair: TypeAlias = tuple[np.ndarray, Sequence[int] | np.ndarray]  # ids of source and target


class Whole(NamedTuple):
    """Ways to search and score that are compiled as a whole, not asked token by token.

    Attributes:
        search: of a search, sources, int32 (batch, source time), and most tokens, int32 (batch,), makes
            `seqzoo.decoding.Hypotheses`.
        forced: of sources, and targets with `</s>`, int32 (batch, time), makes the targets' log-probabilities
            (batch, time), and alignments (batch, time, source time) or None.
    """

    search: Callable[[Search, np.ndarray, np.ndarray], decoding.Hypotheses]
    forced: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray | None]]


@dataclass(frozen=True)
class Translation:
    """One translation.

    Attributes:
        text: plain text.
        tokens: its ids, `</s>` not among them.
        log_prob: log-probability in nats of the tokens and `</s>`.
        score: `log_prob` with the penalties; of ranked ones the rank, see `reranking`.
        reverse_log_prob: of the text behind it, in nats, by a second model; None: there is none.
        parts: of a text whose sentences were translated one by one theirs; its numbers are their sums.
    """

    text: str
    tokens: tuple[int, ...]
    log_prob: float
    score: float
    parts: "tuple[Translation, ...]" = ()
    reverse_log_prob: float | None = None

    @property
    def likelihood(self) -> float:
        """The mean log-probability in nats of a token, `</s>` among them; of parts the least."""
        if self.parts:
            return min(part.likelihood for part in self.parts)
        return self.log_prob / (len(self.tokens) + 1)


class Translating:
    """The translations that a trained model gives encoded texts.

    Args:
        encoder, step: run the translator's networks, as `seqzoo.engine.search.StepNetworks` takes them.
        source, target: the two languages' subwords.
        text: how texts become ids: `reverse_source`, `length_ratio` and perhaps `normalization`.
        whole: quicker ways to search and to score, where a model in Keras has such; None: token by token.

    Attributes:
        attends: whether the model has attention.

    Raises:
        InputError: if the networks are no translator's of these subwords.
    """

    def __init__(
        self,
        encoder: Any,
        step: Any,
        source: Subwords,
        target: Subwords,
        text: dict[str, Any],
        whole: Whole | None = None,
    ):
        self.networks = StepNetworks(encoder, step)
        if [*encoder.inputs] != ["source"] or "mask" not in encoder.outputs:
            raise InputError(f"{encoder.where}: expected a translator's encoder")
        if self.networks.vocabulary != len(target):
            raise InputError(f"{step.where}: expected {len(target):,} target subwords")
        self.source, self.target = source, target
        self.reverse, self.ratio = text["reverse_source"], text["length_ratio"]
        self.form: str = text.get("normalization", FORMS[0])
        self.attends = self.networks.attends
        self._whole = whole
        self._demands: dict[tuple, Constraints] = {}

    def encode(self, text: str) -> np.ndarray:
        """A text's source ids, int32 (time,), `</s>` at the end."""
        ids = self.source.encode(in_form(text, self.form))
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

        def translate(rows: list[int]) -> None:
            limits = [self._limit(lengths[row], search) for row in rows]
            for part in _alike(rows, limits) if search.wanted else [rows]:
                self._fill(result, part, items, search)

        for_groups(self.networks.network, translate, lengths, *ROWS, tokens=BATCH_TOKENS)
        return result

    def _fill(
        self,
        result: list[list[Translation]],
        rows: list[int],
        items: Sequence[tuple[str, np.ndarray]],
        search: Search,
    ) -> None:
        """The translations of some of the texts, computed together, put into their places."""
        source = padded([items[row][1] for row in rows])
        limits = [self._limit(len(items[row][1]), search) for row in rows]
        hypotheses = self._searched(search, source, np.array(limits, np.int32))
        for row, *best in zip(rows, *hypotheses, strict=True):
            text, ids = items[row]
            result[row] = self._translations(text, ids, decoding.Hypotheses(*best))

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
        if self._whole and search.seed is None and not search.wanted:
            return self._whole.search(search, source, limits)
        rules = search.rules(limits)
        if search.wanted:  # the limits are all the same
            limit = int(limits[0])
            rules = search.rules(limit, self._constraints(search, limit))
        begun = self.networks.start({"source": source})
        if search.seed is not None:
            return self._drawn(search, begun, source, rules)
        return search.run(begun.step, begun.state, rules, begun.encoded["mask"])

    def _constraints(self, search: Search, longest: int) -> Constraints:
        """Demands on translations of so many tokens at most."""
        least = min(search.min_length, longest)
        key = search.wanted, least, longest
        found = self._demands.get(key)
        if found is None:
            found = constraints_of(
                self._texts,
                search.wanted,
                end=EOS,
                longest=longest,
                least=least,
                spaced=True,
            )
            if len(self._demands) >= DEMANDS:
                self._demands.clear()
            self._demands[key] = found
        return found

    @functools.cached_property
    def _texts(self) -> list[str | None]:
        """What each token of a translation is written as; None: it does not come where there are demands."""
        return self.target.texts()

    def _drawn(
        self, search: Search, begun: Begun, source: np.ndarray, rules: decoding.Rules
    ) -> decoding.Hypotheses:
        """Draws for a batch, in their order: the first is that of any `n_best`."""
        count = search.n_best
        # Each text's draws follow from the seed and the text: not from what stands beside it.
        seeds = [
            (search.seed, zlib.crc32(row[row != PAD].tobytes()), *([draw] if draw else []))
            for row in source
            for draw in range(count)
        ]
        found = decoding.sample(
            begun.step,
            [np.repeat(x, count, axis=0) for x in begun.state],
            rules.repeated(count),
            temperature=search.temperature,
            top_k=search.top_k,
            top_p=search.top_p,
            seeds=seeds,
        )
        # (batch * count, 1, ...) -> (batch, count, ...)
        return decoding.Hypotheses(
            *(part.reshape(len(source), count, *part.shape[2:]) for part in found)
        )

    def _translations(
        self, text: str, source: np.ndarray, best: decoding.Hypotheses
    ) -> list[Translation]:
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
        pieces = self.source.surfaces(in_form(text, self.form))
        return [
            pieces[int(alignments[place, :-1].argmax())]
            for place, id in enumerate(ids)
            if id == UNK
        ]

    def score(
        self, source: np.ndarray, target: Sequence[int] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """How likely a given translation is; see `scores`."""
        return self.scores([(source, target)])[0]

    def scores(self, pairs: Sequence[Pair]) -> list[tuple[np.ndarray, np.ndarray | None]]:
        """How likely given translations are.

        Args:
            pairs: source ids, int32 (source time,), as `encode` gives them, and ids of the translation
                without `</s>`.

        Returns:
            For each pair log-probabilities in nats of the translation's ids and `</s>`, float32 (time + 1,),
            and alignments, float32 (time + 1, source time), in the order of the text; None without attention.
        """
        result: list[tuple[np.ndarray, np.ndarray | None]] = [(np.zeros(0), None)] * len(
            pairs
        )
        lengths = [max(len(source), len(target)) for source, target in pairs]

        def force(rows: list[int]) -> None:
            sources = padded([pairs[row][0] for row in rows])
            targets = padded([[*pairs[row][1], EOS] for row in rows])
            log_probs, alignments = self._forced(sources, targets)
            for place, row in enumerate(rows):
                source, target = pairs[row]
                time = len(target) + 1
                looks = None
                if alignments is not None:
                    looks = self._in_order(alignments[place, :time, : len(source)])
                result[row] = log_probs[place, :time], looks

        for_groups(self.networks.network, force, lengths, *ROWS, tokens=BATCH_TOKENS)
        return result

    def _in_order(self, alignments: np.ndarray) -> np.ndarray:
        """Alignments (time, source time) in the order of the text."""
        if not self.reverse:
            return alignments
        # all but </s>
        return np.concatenate([alignments[:, -2::-1], alignments[:, -1:]], axis=1)

    def aligned(self, pairs: Sequence[Pair]) -> list[dict[str, list]]:
        """What each piece of some translations attended to.

        Args:
            pairs: as for `scores`.

        Returns:
            For each pair `source_pieces`, `target_pieces`, and `alignments`: for each target piece a list of
            shares, one for each source piece.

        Raises:
            InputError: if the model has no attention.
        """
        if not self.attends:
            raise InputError("alignments: the model has no attention")
        result: list[dict[str, list]] = []
        for (ids, tokens), (_, looks) in zip(pairs, self.scores(pairs), strict=True):
            assert looks is not None  # the model has attention
            source = ids[:-1][::-1] if self.reverse else ids[:-1]
            result.append({
                "source_pieces": [*self.source.pieces(source), "</s>"],
                "target_pieces": [*self.target.pieces(tokens), "</s>"],
                "alignments": [[round(float(share), 4) for share in row] for row in looks],
            })  # fmt: skip
        return result

    def _forced(
        self, source: np.ndarray, target: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        if self._whole:
            return self._whole.forced(source, target)
        begun = self.networks.start({"source": source})
        return decoding.score(begun.step, begun.state, target)

    def log_likelihood(
        self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> tuple[float, int]:
        """How likely given translations are, all together.

        Args:
            pairs: as for `scores`.

        Returns:
            The sum of the log-probabilities in nats of the targets' ids and `</s>`, and their number.
        """
        scores = [log_probs for log_probs, _ in self.scores(pairs)]
        total = sum(float(log_probs.sum(dtype=np.float64)) for log_probs in scores)
        return total, sum(map(len, scores))


def _alike(rows: list[int], limits: Sequence[int]) -> list[list[int]]:
    """Rows in groups with one limit."""
    groups: dict[int, list[int]] = {}
    for row, limit in zip(rows, limits, strict=True):
        groups.setdefault(limit, []).append(row)
    return list(groups.values())


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
