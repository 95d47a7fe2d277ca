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

        def best(ids):
            inputs = tf.unstack(ids, columns, axis=-1)
            outputs = model(inputs if columns > 1 else inputs[0], training=False)
            if isinstance(outputs, dict) and "tags" in outputs:
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
        columns = [self.coder.columns(self.coder.ids(sequences[n][a:b])) for n, a, b in parts]
        ids = np.zeros((len(parts), round_up(len(columns[-1])), columns[0].shape[1]), np.int32)
        for row, array in enumerate(columns):
            ids[row, : len(array)] = array
        best = self._best(ids).numpy()
        names = self.tags
        for (n, a, b), row in zip(parts, best, strict=True):
            result[n][a:b] = schemes.repair([names[tag] for tag in row[: b - a].tolist()], self.scheme)

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets, `CHUNK` of them in memory."""
        examples = iter(examples)
        while chunk := list(itertools.islice(examples, CHUNK)):
            yield from zip(chunk, self([e.tokens for e in chunk]), strict=True)
