"""From raw text to the tag of every character within a TensorFlow graph: what `coder` and
`inference` do for a tagger of characters with a CRF."""

import functools

import numpy as np
import tensorflow as tf

from seqzoo.export.networks import called
from seqzoo.tasks.tagging.coder import CLOSING, PAUSE, SENTENCE_END, Coder, normalize
from seqzoo.text.characters import all_characters
from seqzoo.text.vocabulary import BOS, PAD, SPECIAL, UNK

SPACE, STOP, STAYS, PAUSES = 1, 2, 4, 8  # what a character is, as bits


@functools.cache
def _characters() -> list[tuple[str, str]]:
    """All of Unicode, and each character as vocabularies have it."""
    return [
        (character, normalize(character, "character")) for character in all_characters()
    ]


def _kinds() -> dict[str, int]:
    """Characters that say where sequences end."""
    found = {character: SPACE for character, _ in _characters() if character.isspace()}
    for bit, characters in (
        (STOP | STAYS, SENTENCE_END),
        (STAYS, CLOSING),
        (PAUSES, PAUSE),
    ):
        for character in characters:
            found[character] = found.get(character, 0) | bit
    return found


def _table(keys, values, default: int) -> tf.lookup.StaticHashTable:
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

    def __init__(self, network, coder: Coder, tags: list[str], field: dict):
        super().__init__()
        self.network, self.max_length, self.base = (
            network,
            coder.max_length,
            len(coder.vocabulary),
        )
        kinds = _kinds()
        self.kinds = _table(list(kinds), list(kinds.values()), 0)
        known = {
            token: i for i, token in enumerate(coder.vocabulary.tokens) if i >= len(SPECIAL)
        }
        ids = {
            character: known[normal]
            for character, normal in _characters()
            if normal in known
        }
        self.ids = _table(list(ids), list(ids.values()), UNK)
        keys = None if coder.bigrams is None else coder.bigrams.keys
        self.pairs = (
            None if keys is None else _table(keys, np.arange(2, len(keys) + 2), UNK)
        )
        self.names = tf.constant(tags)
        self.field = {
            name: tf.constant(scores, tf.float64) for name, scores in field.items()
        }

    def __call__(self, texts):
        characters = tf.strings.unicode_split(texts, "UTF-8")
        flat = characters.flat_values
        kinds = self.kinds.lookup(flat)
        rows = characters.value_rowids()
        seen = tf.where(kinds & SPACE == 0)[:, 0]
        begins = tf.gather(self._begins(rows, kinds), seen)
        pauses = tf.gather(kinds & PAUSES > 0, seen)
        # One more, of two unknown characters: no batch is empty, and each has two steps.
        ids = tf.concat([tf.gather(self.ids.lookup(flat), seen), [UNK, UNK]], 0)
        begins, pauses = (
            tf.concat([begins, [True, False]], 0),
            tf.concat([pauses, [False, False]], 0),
        )
        starts = self._shortened(begins, pauses)
        pieces = tf.RaggedTensor.from_row_starts(ids, starts)
        tags = tf.gather(self.names, self._tags(pieces).flat_values[:-2])
        tags = tf.tensor_scatter_nd_update(tf.fill(tf.shape(flat), ""), seen[:, None], tags)
        return {
            "characters": characters.to_tensor(""),
            "tags": characters.with_flat_values(tags).to_tensor(""),
        }

    def _begins(self, rows, kinds):
        """Where a piece begins: at a text's start, behind white space, behind the end of a sentence."""
        before = tf.concat([[-1], rows[:-1]], 0)
        kinds_before = tf.concat([[0], kinds[:-1]], 0)
        begins = (rows != before) | (kinds_before & SPACE > 0)
        # What stays with an end of a sentence: runs of such characters, each run with what it stands behind.
        stays = kinds & STAYS > 0
        runs = tf.cumsum(tf.cast(begins | ~stays, tf.int64))
        stops = tf.cast(kinds & STOP > 0, tf.int64)
        ended = (
            tf.math.unsorted_segment_sum(
                stops, runs, tf.reduce_max(tf.concat([runs, [0]], 0)) + 1
            )
            > 0
        )
        behind = tf.gather(
            tf.concat([[False], ended], 0), tf.concat([[-1], runs], 0)[:-1] + 1
        )
        return begins | (behind & ~stays)

    def _shortened(self, begins, pauses):
        """Starts of pieces, none too long: cut at a pause in the second half, or at the limit."""
        most, size = self.max_length, tf.size(begins, tf.int64)
        offsets = tf.range(most // 2 + 1, most + 1, dtype=tf.int64)

        def long_ones(begins):
            starts = tf.where(begins)[:, 0]
            return tf.boolean_mask(
                starts, tf.concat([starts[1:], size[None]], 0) - starts > most
            )

        def cut(begins):
            starts = long_ones(begins)
            places = starts[:, None] + offsets
            paused = tf.reduce_max(
                tf.where(tf.gather(pauses, places - 1), places, -1), axis=1
            )
            places = tf.where(paused < 0, starts + most, paused)
            return (
                tf.tensor_scatter_nd_update(
                    begins, places[:, None], tf.ones_like(places, tf.bool)
                ),
            )

        (begins,) = tf.while_loop(
            lambda begins: tf.size(long_ones(begins)) > 0,
            cut,
            (begins,),
            (tf.TensorShape([None]),),
        )
        return tf.where(begins)[:, 0]

    def _tags(self, pieces):
        """Places of the best tags of ragged pieces, ragged too."""
        ids = pieces.to_tensor(PAD)
        given = {"tokens": tf.cast(ids, tf.int32)}
        if self.pairs is not None:
            before = tf.concat(
                [tf.fill([tf.shape(ids)[0], 1], tf.constant(BOS, tf.int64)), ids[:, :-1]], 1
            )
            pairs = tf.where(
                ids == PAD,
                tf.constant(PAD, tf.int64),
                self.pairs.lookup(before * self.base + ids),
            )
            given["bigrams"] = tf.cast(pairs, tf.int32)
        scores = next(iter(called(self.network, given).values()))
        lengths = pieces.row_lengths()
        return tf.RaggedTensor.from_tensor(self._best_path(scores, lengths), lengths)

    def _best_path(self, scores, lengths):
        """Viterbi's path, int64 (batch, time); Forney (1973). Behind a row's end it stands still.

        In double precision: sums of hundreds of steps in single decide ties by their rounding. A row on
        which every path is banned gets tag 0 throughout.
        """
        steps = tf.cast(tf.transpose(scores, [1, 0, 2]), tf.float64)
        times = tf.range(1, tf.shape(steps, tf.int64)[0])
        still = tf.range(tf.shape(scores, tf.int64)[2])[None]

        def forward(state, step):
            best, _ = state
            emitted, time = step
            paths = best[:, :, None] + self.field["transitions"]
            real = (time < lengths)[:, None]
            after = tf.where(real, tf.reduce_max(paths, 1) + emitted, best)
            return after, tf.where(real, tf.argmax(paths, 1), still)

        first = steps[0] + self.field["start"]
        last, pointers = tf.scan(
            forward, (steps[1:], times), (first, tf.zeros_like(first, tf.int64))
        )
        last = tf.concat([first[None], last], 0)[-1]
        last += self.field["end"]
        end = tf.argmax(last, -1)
        path = tf.scan(
            lambda tag, back: tf.gather(back, tag, batch_dims=1),
            pointers,
            end,
            reverse=True,
        )
        path = tf.transpose(tf.concat([path, end[None]], 0))
        return tf.where(tf.reduce_max(last, 1, keepdims=True) > -np.inf, path, 0)
