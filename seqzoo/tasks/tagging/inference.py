"""A trained tagger at work: sequences of tokens in, tags out, whatever their number and length."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import keras
import tensorflow as tf

from seqzoo.datasets import Tagged
from seqzoo.pipeline.encoded import groups, padded, round_up
from seqzoo.tasks.tagging.coder import Coder, pieces
from seqzoo.text import schemes

CHUNK = 1024  # sequences sorted by length together
BATCH_TOKENS, BATCH_ROWS = 8192, 128  # computed together at most


class Tagging:
    """A trained model at work on sequences of tokens.

    Args:
        model: a tagger; of its outputs `tags` or `tag` is taken.
        coder: tokens to ids.
        tags: names of the tags, in the order of the model's output.
        scheme: the tags' scheme.
    """

    def __init__(self, model: keras.Model, coder: Coder, tags: Sequence[str], scheme: str):
        self.coder, self.tags, self.scheme = coder, list(tags), scheme
        columns = len(model.inputs)
        self.legal = "tags" in model.output if isinstance(model.output, dict) else False

        def best(ids):
            inputs = tf.unstack(ids, columns, axis=-1)
            outputs = model(inputs if columns > 1 else inputs[0], training=False)
            if self.legal:  # the CRF's best path
                return outputs["tags"]
            outputs = outputs["tag"] if isinstance(outputs, dict) else outputs
            return tf.argmax(outputs, -1, output_type=tf.int32)

        self._best = tf.function(
            best, input_signature=[tf.TensorSpec((None, None, columns), tf.int32)]
        )

    def __call__(self, sequences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of each sequence; pieces of like length are computed together."""
        parts = [
            (n, a, b)
            for n, s in enumerate(sequences)
            for a, b in pieces(s, self.coder.max_length)
        ]
        result: list[list[str]] = [[""] * len(s) for s in sequences]
        for rows in groups([b - a for _, a, b in parts], BATCH_ROWS, BATCH_TOKENS):
            self._fill([parts[row] for row in rows], sequences, result)
        return result

    def _fill(self, parts, sequences, result):
        longest = round_up(max(b - a for _, a, b in parts))
        ids = padded(
            [self.coder.ids(sequences[n][a:b]) for n, a, b in parts], longest
        )  # (pieces, time)
        names = self.tags
        for (n, a, b), row in zip(
            parts, self._best(self.coder.columns(ids)).numpy().tolist(), strict=True
        ):
            tags = [names[tag] for tag in row[: b - a]]
            result[n][a:b] = tags if self.legal else schemes.repair(tags, self.scheme)

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets, `CHUNK` of them in memory."""
        examples = iter(examples)
        while chunk := list(itertools.islice(examples, CHUNK)):
            yield from zip(chunk, self([e.tokens for e in chunk]), strict=True)
