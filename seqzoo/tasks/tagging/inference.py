"""A trained tagger's network: sequences of tokens in, tags out, whatever their number and length."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets import Tagged
from seqzoo.decoding.viterbi import Chain, best_path
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import groups, padded, round_up
from seqzoo.tasks.tagging.coder import Coder, pieces
from seqzoo.text import schemes
from seqzoo.text.vocabulary import PAD

CHUNK = 1024  # sequences sorted by length together
BATCH_TOKENS, BATCH_ROWS = 8192, 128  # computed together at most


class Piece(NamedTuple):
    """A part of a sequence that the network reads as one row.

    Attributes:
        sequence: the sequence's place in the list.
        start, stop: the piece's tokens in it.
    """

    sequence: int
    start: int
    stop: int


class Tagging:
    """The tags that a trained model gives sequences of tokens.

    Args:
        network: runs the tagger below its CRF, ids by name -> scores of the tags, or without a CRF
            probabilities, (batch, time, tags): a `seqzoo.engine.Network` or a `KerasNetwork`.
        chain: gives the CRF's scores as they are now; None: the tagger has no CRF.
        coder: tokens to ids.
        tags: names of the tags, in the order of the network's output.
        scheme: the tags' scheme.

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

    def scores(self, ids: np.ndarray) -> np.ndarray:
        """float32 (batch, time, tags), of ids, int32 (batch, time), 0 on the right."""
        columns = np.moveaxis(self.coder.columns(ids), -1, 0)  # (columns, batch, time)
        given = dict(zip(self.network.inputs, columns, strict=True))
        return self.network.run(given)[self._output]

    def best(self, ids: np.ndarray) -> np.ndarray:
        """The tags, int32 (batch, time), of ids, int32 (batch, time), 0 on the right."""
        scores = self.scores(ids)
        if self.chain is None:
            return scores.argmax(axis=-1).astype(np.int32)
        return best_path(scores, (ids != PAD).sum(axis=1), self.chain())

    def __call__(self, sequences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of each sequence; pieces of like length are computed together."""
        parts = [
            Piece(place, start, stop)
            for place, tokens in enumerate(sequences)
            for start, stop in pieces(tokens, self.coder.max_length)
        ]
        result: list[list[str]] = [[""] * len(tokens) for tokens in sequences]
        lengths = [part.stop - part.start for part in parts]
        for rows in groups(lengths, BATCH_ROWS, BATCH_TOKENS):
            self._fill([parts[row] for row in rows], sequences, result)
        return result

    def _fill(
        self,
        parts: list[Piece],
        sequences: Sequence[Sequence[str]],
        result: list[list[str]],
    ) -> None:
        """Put the tags of some pieces into the result."""
        longest = round_up(max(part.stop - part.start for part in parts))
        ids = padded(
            [self.coder.ids(sequences[n][start:stop]) for n, start, stop in parts], longest
        )  # (pieces, time)
        best = self.best(ids).tolist()
        for (n, start, stop), row in zip(parts, best, strict=True):
            tags = [self.tags[tag] for tag in row[: stop - start]]
            if not self.legal:
                tags = schemes.repair(tags, self.scheme)
            result[n][start:stop] = tags

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets, `CHUNK` of them in memory."""
        examples = iter(examples)
        while chunk := list(itertools.islice(examples, CHUNK)):
            yield from zip(chunk, self([e.tokens for e in chunk]), strict=True)
