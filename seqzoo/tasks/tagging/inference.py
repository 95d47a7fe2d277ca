"""A trained tagger's network: sequences of tokens in, tags out, whatever their number and length."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from seqzoo.datasets import Tagged
from seqzoo.pipeline.encoded import groups, padded, round_up
from seqzoo.tasks.tagging.coder import Coder, pieces
from seqzoo.text import schemes

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

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
        model: a tagger; of its outputs `tags` or `tag` is taken.
        coder: tokens to ids.
        tags: names of the tags, in the order of the model's output.
        scheme: the tags' scheme.

    Attributes:
        legal: whether the model has a CRF, whose tags always make sense in the scheme.
    """

    def __init__(self, model: keras.Model, coder: Coder, tags: Sequence[str], scheme: str):
        import tensorflow as tf

        self.coder, self.tags, self.scheme = coder, list(tags), scheme
        self.legal = isinstance(model.output, dict) and "tags" in model.output
        columns = len(model.inputs)

        def best(ids: tf.Tensor) -> tf.Tensor:
            """int32 (batch, time, columns) -> int32 (batch, time)."""
            inputs = tf.unstack(ids, columns, axis=-1)
            outputs = model(inputs if columns > 1 else inputs[0], training=False)
            if self.legal:  # the CRF's best path
                return outputs["tags"]
            outputs = outputs["tag"] if isinstance(outputs, dict) else outputs
            return tf.argmax(outputs, -1, output_type=tf.int32)

        spec = tf.TensorSpec((None, None, columns), tf.int32)
        self._best = tf.function(best, input_signature=[spec])

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
        best = self._best(self.coder.columns(ids)).numpy().tolist()
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
