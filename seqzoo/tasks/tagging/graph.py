"""From raw text to the tag of every character within a TensorFlow graph.

It does what `coder` and `inference` do for a tagger of characters with a CRF. The characters of all texts
lie one behind the other in flat tensors, (characters,); the seen ones are those that are no white space.
"""

import functools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from seqzoo.models.networks import called
from seqzoo.tasks.tagging.coder import Coder, normalize
from seqzoo.tasks.tagging.cuts import CLOSING, PAUSE, SENTENCE_END
from seqzoo.text.characters import all_characters
from seqzoo.text.vocabulary import BOS, PAD, SPECIAL, UNK

SPACE, STOP, STAYS, PAUSES = 1, 2, 4, 8  # what a character is, as bits


@functools.cache
def _characters() -> list[tuple[str, str]]:
    """All of Unicode: each character, and it as vocabularies have it."""
    return [(each, normalize(each, "character")) for each in all_characters()]


def _kinds() -> dict[str, int]:
    """Characters that say where sequences end -> what they are, bits of the constants above."""
    kinds = {character: SPACE for character, _ in _characters() if character.isspace()}
    for bits, characters in (
        (STOP | STAYS, SENTENCE_END),
        (STAYS, CLOSING),
        (PAUSES, PAUSE),
    ):
        for character in characters:
            kinds[character] = kinds.get(character, 0) | bits
    return kinds


def _table(
    keys: Sequence[str] | np.ndarray, values: Sequence[int] | np.ndarray, default: int
) -> tf.lookup.StaticHashTable:
    """A table from strings or int64 to int64."""
    key_type = tf.string if isinstance(keys[0], str) else tf.int64
    entries = tf.lookup.KeyValueTensorInitializer(keys, values, key_type, tf.int64)
    return tf.lookup.StaticHashTable(entries, default)


class CharacterTagger(tf.Module):
    """Texts, strings (batch,), to `characters` and `tags`, strings (batch, time), empty on the right.

    White space has an empty tag.

    Args:
        network: ids of characters and, if it has such, of pairs to scores of tags, (batch, time, tags).
        coder: the tagger's.
        tags: their names.
        field: `start`, `transitions` and `end` of the CRF; see `export.field`.
    """

    def __init__(
        self,
        network: keras.Model,
        coder: Coder,
        tags: list[str],
        field: dict[str, np.ndarray],
    ):
        super().__init__()
        self.network, self.max_length = network, coder.max_length
        self.base = len(coder.vocabulary)
        kinds = _kinds()
        self.kinds = _table(list(kinds), list(kinds.values()), 0)

        # From each character of Unicode to its id, by its normal form.
        tokens = coder.vocabulary.tokens
        known = {token: i for i, token in enumerate(tokens) if i >= len(SPECIAL)}
        ids = {
            character: known[normal]
            for character, normal in _characters()
            if normal in known
        }
        self.ids = _table(list(ids), list(ids.values()), UNK)
        self.pairs = None
        if coder.bigrams is not None:
            keys = coder.bigrams.keys
            self.pairs = _table(keys, np.arange(2, len(keys) + 2), UNK)

        self.names = tf.constant(tags)
        self.field = {
            name: tf.constant(scores, tf.float64) for name, scores in field.items()
        }

    def __call__(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """The characters of texts and their tags."""
        characters = tf.strings.unicode_split(texts, "UTF-8")  # (batch, ragged)
        flat = characters.flat_values
        kinds = self.kinds.lookup(flat)
        rows = characters.value_rowids()
        seen = tf.where(kinds & SPACE == 0)[:, 0]  # places of characters
        begins = tf.gather(self._begins(rows, kinds), seen)
        pauses = tf.gather(kinds & PAUSES > 0, seen)
        ids = tf.gather(self.ids.lookup(flat), seen)

        # One more piece, of two unknown characters: no batch is empty, and each has two steps.
        ids = tf.concat([ids, [UNK, UNK]], 0)
        begins = tf.concat([begins, [True, False]], 0)
        pauses = tf.concat([pauses, [False, False]], 0)
        starts = self._shortened(begins, pauses)
        pieces = tf.RaggedTensor.from_row_starts(ids, starts)

        # (pieces, ragged) -> (seen,) -> (characters,)
        tags = tf.gather(self.names, self._tags(pieces).flat_values[:-2])
        tags = tf.tensor_scatter_nd_update(tf.fill(tf.shape(flat), ""), seen[:, None], tags)
        return {
            "characters": characters.to_tensor(""),
            "tags": characters.with_flat_values(tags).to_tensor(""),
        }

    def _begins(self, rows: tf.Tensor, kinds: tf.Tensor) -> tf.Tensor:
        """Where a piece begins: at a text's start, behind white space, behind the end of a sentence.

        Args:
            rows: the text of each character, int64 (characters,).
            kinds: what each is, int64 (characters,).

        Returns:
            bool (characters,).
        """
        before = tf.concat([[-1], rows[:-1]], 0)
        kinds_before = tf.concat([[0], kinds[:-1]], 0)
        begins = (rows != before) | (kinds_before & SPACE > 0)

        # What stays with an end of a sentence: runs of such characters, each run with what it stands behind.
        stays = kinds & STAYS > 0
        runs = tf.cumsum(tf.cast(begins | ~stays, tf.int64))  # from 1
        count = tf.reduce_max(tf.concat([runs, [0]], 0)) + 1
        stops = tf.cast(kinds & STOP > 0, tf.int64)
        ended = tf.math.unsorted_segment_sum(stops, runs, count) > 0  # (runs,)

        # Whether the run of the character before each ended a sentence; the first has none before it.
        runs_before = tf.concat([[-1], runs], 0)[:-1]
        behind = tf.gather(tf.concat([[False], ended], 0), runs_before + 1)
        return begins | (behind & ~stays)

    def _shortened(self, begins: tf.Tensor, pauses: tf.Tensor) -> tf.Tensor:
        """Starts of pieces, none too long: cut at a pause in the second half, or at the limit.

        Args:
            begins: where a piece begins, bool (characters,).
            pauses: which characters are pauses, bool (characters,).

        Returns:
            int64 (pieces,), in ascending order.
        """
        most, size = self.max_length, tf.size(begins, tf.int64)
        offsets = tf.range(most // 2 + 1, most + 1, dtype=tf.int64)

        def long_ones(begins: tf.Tensor) -> tf.Tensor:
            starts = tf.where(begins)[:, 0]
            stops = tf.concat([starts[1:], size[None]], 0)
            return tf.boolean_mask(starts, stops - starts > most)

        def cut(begins: tf.Tensor) -> tuple[tf.Tensor]:
            starts = long_ones(begins)
            places = starts[:, None] + offsets  # (long pieces, offsets)
            behind_pauses = tf.where(tf.gather(pauses, places - 1), places, -1)
            last = tf.reduce_max(behind_pauses, axis=1)
            cuts = tf.where(last < 0, starts + most, last)
            marks = tf.ones_like(cuts, tf.bool)
            return (tf.tensor_scatter_nd_update(begins, cuts[:, None], marks),)

        (begins,) = tf.while_loop(
            lambda begins: tf.size(long_ones(begins)) > 0,
            cut,
            (begins,),
            (tf.TensorShape([None]),),
        )
        return tf.where(begins)[:, 0]

    def _tags(self, pieces: tf.RaggedTensor) -> tf.RaggedTensor:
        """Numbers of the best tags, int64, of the ids of pieces; both (pieces, ragged)."""
        ids = pieces.to_tensor(PAD)  # (pieces, time)
        given = {"tokens": tf.cast(ids, tf.int32)}
        if self.pairs is not None:
            start = tf.fill([tf.shape(ids)[0], 1], tf.constant(BOS, tf.int64))
            before = tf.concat([start, ids[:, :-1]], 1)
            pairs = self.pairs.lookup(before * self.base + ids)
            pairs = tf.where(ids == PAD, tf.constant(PAD, tf.int64), pairs)
            given["bigrams"] = tf.cast(pairs, tf.int32)
        scores = next(iter(called(self.network, given).values()))
        lengths = pieces.row_lengths()
        return tf.RaggedTensor.from_tensor(self._best_path(scores, lengths), lengths)

    def _best_path(self, scores: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Viterbi's path, int64 (batch, time); Forney (1973). Behind a row's end it stands still.

        In double precision: sums of hundreds of steps in single decide ties by their rounding. A row on
        which every path is banned gets tag 0 throughout.

        Args:
            scores: float (batch, time, tags).
            lengths: of the rows, int64 (batch,).
        """
        # (batch, time, tags) -> (time, batch, tags)
        steps = tf.cast(tf.transpose(scores, [1, 0, 2]), tf.float64)
        times = tf.range(1, tf.shape(steps, tf.int64)[0])
        still = tf.range(tf.shape(scores, tf.int64)[2])[None]  # (1, tags)

        def forward(
            state: tuple[tf.Tensor, tf.Tensor], step: tuple[tf.Tensor, tf.Tensor]
        ) -> tuple[tf.Tensor, tf.Tensor]:
            best, _ = state
            emitted, time = step
            paths = best[:, :, None] + self.field["transitions"]  # (batch, before, after)
            real = (time < lengths)[:, None]
            after = tf.where(real, tf.reduce_max(paths, 1) + emitted, best)
            return after, tf.where(real, tf.argmax(paths, 1), still)

        first = steps[0] + self.field["start"]
        no_pointers = tf.zeros_like(first, tf.int64)
        best, pointers = tf.scan(forward, (steps[1:], times), (first, no_pointers))
        last = tf.concat([first[None], best], 0)[-1] + self.field["end"]  # (batch, tags)

        end = tf.argmax(last, -1)
        path = tf.scan(
            lambda tag, back: tf.gather(back, tag, batch_dims=1),
            pointers,
            end,
            reverse=True,
        )
        # (time, batch) -> (batch, time)
        path = tf.transpose(tf.concat([path, end[None]], 0))
        possible = tf.reduce_max(last, 1, keepdims=True) > -np.inf
        return tf.where(possible, path, 0)
