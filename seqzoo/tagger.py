"""A trained tagger at work: sequences of tokens in, tags out, whatever their number and length."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from seqzoo import schemes
from seqzoo.datasets import Tagged
from seqzoo.input_pipeline import round_up
from seqzoo.sequences import Coder, pieces

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

        self._best = tf.function(best, input_signature=[tf.TensorSpec((None, None, columns), tf.int32)])

    def __call__(self, sequences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of each sequence; pieces of like length are computed together."""
        parts = [(n, a, b) for n, s in enumerate(sequences) for a, b in pieces(s, self.coder.max_length)]
        parts.sort(key=lambda part: part[2] - part[1])
        result: list[list[str]] = [[""] * len(s) for s in sequences]
        start = 0
        while start < len(parts):
            stop = start + 1
            while stop < len(parts) and self._fits(parts, start, stop):
                stop += 1
            self._fill(parts[start:stop], sequences, result)
            start = stop
        return result

    @staticmethod
    def _fits(parts, start, stop):
        rows, longest = stop - start + 1, parts[stop][2] - parts[stop][1]
        return rows <= BATCH_ROWS and rows * longest <= BATCH_TOKENS

    def _fill(self, parts, sequences, result):
        ids = np.zeros((len(parts), round_up(max(b - a for _, a, b in parts))), np.int32)
        for row, (n, a, b) in enumerate(parts):
            ids[row, : b - a] = self.coder.ids(sequences[n][a:b])
        names = self.tags
        for (n, a, b), row in zip(parts, self._best(self.coder.columns(ids)).numpy().tolist(), strict=True):
            tags = [names[tag] for tag in row[: b - a]]
            result[n][a:b] = tags if self.legal else schemes.repair(tags, self.scheme)

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets, `CHUNK` of them in memory."""
        examples = iter(examples)
        while chunk := list(itertools.islice(examples, CHUNK)):
            yield from zip(chunk, self([e.tokens for e in chunk]), strict=True)
