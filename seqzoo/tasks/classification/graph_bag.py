"""The bag of n-grams within a TensorFlow graph, and its average with the network; see `reader_bag`."""

import numpy as np
import tensorflow as tf

from seqzoo.tasks.classification.reader_bag import (
    FACTOR,
    LEAST_PROBABILITY,
    MARK,
    ORDER,
    Table,
)

POLYNOMIAL = 0xEDB88320  # of CRC-32, its bits reversed


def _crc_table() -> np.ndarray:
    """What a byte makes of a checksum, int64 (256,)."""
    codes = np.arange(256, dtype=np.int64)
    for _ in range(8):
        codes = np.where(codes & 1, (codes >> 1) ^ POLYNOMIAL, codes >> 1)
    return codes


class BagAverage(tf.Module):
    """Texts' tokens and the network's probabilities to the average of network and bag.

    Args:
        table: the bag, with the weights of an average.
    """

    def __init__(self, table: Table):
        super().__init__()
        assert table.weights is not None
        self.table = table
        self.bits = len(table.marks).bit_length() - 1
        self.marks, self.codes = tf.constant(table.marks), tf.constant(table.codes)
        self.crc = tf.constant(_crc_table())

    def __call__(self, tokens: tf.RaggedTensor, probabilities: tf.Tensor) -> tf.Tensor:
        """float32 (batch, classes), of tokens, strings (batch, ragged), and float32 (batch, classes)."""
        assert self.table.weights is not None
        network, bag = self.table.weights
        bounded = tf.maximum(tf.cast(probabilities, tf.float64), LEAST_PROBABILITY)
        scores = network * tf.math.log(bounded) + bag * self.margins(tokens)
        return tf.cast(tf.nn.softmax(scores), tf.float32)

    def margins(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """As `Table.margins`, of tokens, strings (batch, ragged)."""
        count = tokens.nrows()
        texts, buckets = self._features(tokens)
        rows = []
        for row, scale, intercept in zip(
            range(len(self.table.codes)),
            self.table.scales,
            self.table.intercepts,
            strict=True,
        ):
            codes = tf.cast(tf.gather(self.codes[row], buckets), tf.float64)
            # (n-grams,) -> (batch,)
            sums = tf.math.unsorted_segment_sum(codes**3, texts, count)
            rows.append(sums * scale + intercept)
        if len(rows) == 1:
            rows.insert(0, tf.zeros_like(rows[0]))
        return tf.stack(rows, -1)

    def _features(self, tokens: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Text and bucket of each n-gram that has one, once a text, int64 (n-grams,) both."""
        words, text_of = self.hashes(tokens.flat_values), tokens.value_rowids()
        texts, keys, states = [], [], words
        for order in range(1, ORDER + 1):
            if order > 1:
                states = _mixed(states[:-1]) + words[order - 1 :]
            ends = text_of[order - 1 :]
            inside = tf.equal(ends, text_of[: tf.size(ends)])
            shifted = tf.bitwise.right_shift(
                _mixed(states), tf.constant(64 - self.bits - MARK, tf.uint64)
            )
            texts.append(ends[inside])
            keys.append(tf.cast(shifted, tf.int64)[inside])
        text, key = tf.concat(texts, 0), tf.concat(keys, 0)

        bucket = key // 2**MARK
        there = tf.cast(tf.gather(self.marks, bucket), tf.int64) == key % 2**MARK
        both = tf.unique(text[there] * 2**self.bits + bucket[there]).y
        return both // 2**self.bits, both % 2**self.bits

    def hashes(self, tokens: tf.Tensor) -> tf.Tensor:
        """CRC-32 of strings (n,), uint64 (n,), a byte of all at a time."""
        lengths = tf.strings.length(tokens)
        starts = tf.cumsum(lengths, exclusive=True)
        content = tf.cast(
            tf.io.decode_raw(tf.strings.reduce_join(tokens), tf.uint8), tf.int64
        )
        last = tf.size(content) - 1

        def step(place: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            byte = tf.gather(content, tf.minimum(starts + place, last))
            entry = tf.gather(self.crc, tf.bitwise.bitwise_xor(state, byte) % 256)
            following = tf.bitwise.bitwise_xor(state // 256, entry)
            return place + 1, tf.where(place < lengths, following, state)

        first = tf.fill(tf.shape(tokens), tf.constant(0xFFFFFFFF, tf.int64))
        _, found = tf.while_loop(
            lambda place, _: place < tf.reduce_max(lengths), step, (0, first)
        )
        return tf.cast(0xFFFFFFFF - found, tf.uint64)


def _mixed(states: tf.Tensor) -> tf.Tensor:
    """Hashes of hashes, uint64 (n,) both; see `reader_bag`."""
    factor = tf.constant(FACTOR, tf.uint64)
    for shift in (32, 29):
        high = tf.bitwise.right_shift(states, tf.constant(shift, tf.uint64))
        states = tf.bitwise.bitwise_xor(states, high) * factor
    return states
