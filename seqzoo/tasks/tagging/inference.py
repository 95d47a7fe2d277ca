"""A trained tagger's network: sequences of tokens in, tags out, whatever their number and length."""

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from seqzoo.datasets import Tagged
from seqzoo.decoding.viterbi import Bonus, Chain, best_path, best_path_with
from seqzoo.engine import ROWS, for_groups
from seqzoo.errors import InputError
from seqzoo.tasks.tagging import limits
from seqzoo.tasks.tagging.coder import Coder
from seqzoo.tasks.tagging.cuts import pieces
from seqzoo.tasks.tagging.dictionary import letter_words
from seqzoo.text import schemes
from seqzoo.text.vocabulary import PAD

NONE: Mapping[int, list[Bonus]] = {}
CHUNK = 1024  # sequences sorted by length together
BATCH_TOKENS = 8192  # computed together at most
# So many rows at most, too. On the engine their paths are sought together, and their scores in parts.
BATCH_ROWS, ENGINE_ROWS = 128, 32


class Tagging:
    """The tags that a trained model gives sequences of tokens.

    Args:
        network: runs the tagger below its CRF, ids by name -> scores of the tags, or without a CRF
            probabilities, (batch, time, tags): a `seqzoo.engine.Network` or a `KerasNetwork`.
        chain: gives the CRF's scores as they are now; None: the tagger has no CRF.
        coder: tokens to ids.
        tags: names of the tags, in the order of the network's output.
        scheme: the tags' scheme.

    Attributes:
        letters: words of letters and Han characters that a segmenter keeps whole.
        names: of all tags that sequences may get: `tags`, and behind them what mending them may give.

    Raises:
        InputError: if the network is none of a tagger with so many tags.
    """

    def __init__(
        self,
        network: Any,
        chain: Callable[[], Chain] | None,
        coder: Coder,
        tags: Sequence[str],
        scheme: str,
    ):
        self.network, self.chain = network, chain
        self.coder, self.tags, self.scheme = coder, list(tags), scheme
        labels = {schemes.split(tag)[1] for tag in self.tags if tag != schemes.OUTSIDE}
        self.names = [*dict.fromkeys(self.tags + schemes.tags_of(sorted(labels), scheme))]
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self.letters = letter_words()
        self._bans = limits.bans(self.tags, scheme)
        self._inside = limits.inner(self.names, scheme)
        if [*network.outputs.values()] != [len(self.tags)]:
            raise InputError(f"{network.where}: expected one output, of {len(tags)} tags")
        (self._output,) = network.outputs
        expected = ["tokens", "bigrams"][: 1 + (coder.bigrams is not None)]
        if [*network.inputs] != expected:
            raise InputError(f"{network.where}: expected inputs {expected}")

    @property
    def legal(self) -> bool:
        """Whether there is a CRF, whose tags always make sense in the scheme."""
        return self.chain is not None

    def scores(self, ids: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The score of each tag.

        Args:
            ids: int32 (batch, time), 0 on the right.
            lengths: of the rows, int (batch,).

        Returns:
            float32 (batch, time, tags); anything behind a row's end.
        """
        given = dict(zip(self.network.inputs, self.coder.inputs(ids), strict=True))
        if self.network.inner is None or len(ids) <= ROWS:
            return self.network.run(given)[self._output]
        scores = np.zeros((*ids.shape, len(self.tags)), np.float32)
        for start in range(0, len(ids), ROWS):
            rows = slice(start, start + ROWS)
            time = lengths[rows].max()
            part = {name: each[rows, :time] for name, each in given.items()}
            scores[rows, :time] = self.network.run(part)[self._output]
        return scores

    def best(
        self,
        ids: np.ndarray,
        lengths: np.ndarray,
        marks: np.ndarray | None = None,
        bonuses: Mapping[int, list[Bonus]] = NONE,
    ) -> np.ndarray:
        """The tags, int32 (batch, time).

        Args:
            ids, lengths: as for `scores`.
            marks: what the tokens can be, int8 (batch, time), see `limits`; None: anything.
            bonuses: of some rows, by their numbers.
        """
        scores = self.scores(ids, lengths)
        if marks is not None and marks.any():
            marks, behind = limits.beside(marks, lengths)
            scores = scores + self._bans[marks, behind]
        if self.chain is None:
            tags = scores.argmax(axis=-1).astype(np.int32)
        else:
            tags = best_path(scores, lengths, self.chain())
        for row, own in bonuses.items():
            length = int(lengths[row])
            given = self.emissions(scores[row, :length])
            tags[row, :length] = best_path_with(given, self.legal_chain(), own)
        if marks is not None and not (self.legal and self.scheme in limits.CLOSED):
            limits.continued(tags, marks, self._inside)
        if not self.legal:
            self._mend(tags, lengths)
        return tags

    def legal_chain(self) -> Chain:
        """The CRF's scores; without a CRF what the scheme allows, all alike."""
        if self.chain is not None:
            return self.chain()
        allowed = schemes.legal(self.tags, self.scheme)
        return Chain(*(np.where(np.array(each), 0.0, -np.inf) for each in allowed))

    def emissions(self, scores: np.ndarray) -> np.ndarray:
        """Scores of tags to add up along a path, float (..., tags), of the network's output."""
        if self.chain is not None:
            return scores
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(scores, 0))

    def __call__(self, sequences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of each sequence."""
        name = self.names.__getitem__
        return [list(map(name, tags.tolist())) for tags in self.numbers(sequences)]

    def numbers(
        self,
        sequences: Sequence[Sequence[str]],
        marks: Sequence[np.ndarray] | None = None,
        bonuses: Iterable[Bonus] = (),
    ) -> list[np.ndarray]:
        """The tags of each sequence as places in `names`, int32 (time,).

        Pieces of like length are computed together.

        Args:
            sequences: of tokens.
            marks: what the tokens of each can be, int8 (time,), see `limits`; None: anything.
            bonuses: of tags, whose places count the tokens of all sequences.
        """
        bounds: list[tuple[int, int]] = []  # of the pieces in all tokens
        ends: list[int] = []  # of the sequences
        place = 0
        for tokens in sequences:
            cuts = pieces(tokens, self.coder.max_length)
            bounds += [(place + start, place + stop) for start, stop in cuts]
            place += len(tokens)
            ends.append(place)
        if not place:
            return [np.zeros(0, np.int32) for _ in sequences]
        every = None if marks is None else np.concatenate(marks)
        own = _by_piece(bonuses, bounds)
        tags = self._computed(self._ids(sequences), np.array(bounds), every, own)
        return np.split(tags, ends[:-1])

    def _ids(self, sequences: Sequence[Sequence[str]]) -> np.ndarray:
        """The ids of all tokens, int32 (tokens,)."""
        texts = [tokens for tokens in sequences if isinstance(tokens, str)]
        if len(texts) == len(sequences):
            return self.coder.ids("".join(texts))  # at once
        return np.concatenate([self.coder.ids(tokens) for tokens in sequences])

    def _computed(
        self,
        ids: np.ndarray,
        bounds: np.ndarray,
        marks: np.ndarray | None,
        bonuses: Mapping[int, list[Bonus]],
    ) -> np.ndarray:
        """The tags of all tokens, int32 (tokens,).

        Args:
            ids: of all tokens, int32 (tokens,).
            bounds: start and end of each piece among them, int (pieces, 2).
            marks: what the tokens can be, int8 (tokens,); None: anything.
            bonuses: of some pieces, by their numbers, from the pieces' starts.
        """
        tags = np.zeros(len(ids), np.int32)
        lengths = bounds[:, 1] - bounds[:, 0]

        def compute(rows: list[int]) -> None:
            if len(rows) == 1:  # the quickest way: one text is often all
                start, stop = bounds[rows[0]]
                own = None if marks is None else marks[None, start:stop]
                given = {0: bonuses[rows[0]]} if rows[0] in bonuses else NONE
                best = self.best(ids[None, start:stop], lengths[rows], own, given)
                tags[start:stop] = best[0]
                return
            steps = np.arange(lengths[rows].max())
            real = steps < lengths[rows, None]  # (rows, time)
            places = np.where(real, bounds[rows, :1] + steps, 0)
            own = None if marks is None else marks[places]
            given = {n: bonuses[row] for n, row in enumerate(rows) if row in bonuses}
            best = self.best(np.where(real, ids[places], PAD), lengths[rows], own, given)
            tags[places[real]] = best[real]

        rows = ENGINE_ROWS, BATCH_ROWS
        for_groups(self.network, compute, lengths.tolist(), *rows, tokens=BATCH_TOKENS)
        return tags

    def _mend(self, tags: np.ndarray, lengths: np.ndarray) -> None:
        """Make rows of tags, int32 (rows, time), legal in the scheme, in place."""
        for row, length in zip(tags, lengths, strict=True):
            named = [self.tags[tag] for tag in row[:length]]
            row[:length] = [
                self._numbers[tag] for tag in schemes.repair(named, self.scheme)
            ]

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets, `CHUNK` of them in memory."""
        for chunk in chunks(examples):
            yield from zip(chunk, self([e.tokens for e in chunk]), strict=True)


def _by_piece(
    bonuses: Iterable[Bonus], bounds: Sequence[tuple[int, int]]
) -> dict[int, list[Bonus]]:
    """The bonuses of each piece, from its start; those that go across two pieces are none."""
    found: dict[int, list[Bonus]] = {}
    starts = [start for start, _ in bounds]
    for bonus in bonuses:
        piece = bisect.bisect_right(starts, bonus.start) - 1
        start, stop = bounds[piece]
        if bonus.start + len(bonus.tags) <= stop:
            found.setdefault(piece, []).append(bonus._replace(start=bonus.start - start))
    return found


def chunks(examples: Iterable[Tagged]) -> Iterator[list[Tagged]]:
    """A stream of examples, `CHUNK` together."""
    examples = iter(examples)
    while chunk := list(itertools.islice(examples, CHUNK)):
        yield chunk
