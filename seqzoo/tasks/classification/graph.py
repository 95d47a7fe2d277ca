"""From raw text to a classifier's ids within a TensorFlow graph: what `seqzoo.text.tokenizer.Tokenizer` does.

Unicode NFKC by tables of TensorFlow strings: each character's mapping, then pairs of a letter and the mark
behind it, joined. Conjoining Hangul letters and marks out of their canonical order stay apart, which
Unicode would join: neither comes in text as it is written today.
"""

import functools
import unicodedata

import tensorflow as tf

from seqzoo.text.characters import all_characters
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import PAD, UNK, Vocabulary

MARKS = 3  # marks on one letter at most that are joined with it
_LETTER = r"\p{L}\p{N}_"
_WORD = rf"([{_LETTER}]+(?:['’][{_LETTER}]+)?|[^{_LETTER}\s])"
_SPACES = r"[\s\p{Z}\x{0b}\x{1c}-\x{1f}\x{85}]+"


@functools.cache
def _mappings() -> tuple[dict[str, str], dict[str, str]]:
    """Characters that NFKC changes, and pairs that it joins."""
    alone, pairs = {}, {}
    for character in all_characters():
        if (normal := unicodedata.normalize("NFKC", character)) != character:
            alone[character] = normal
        apart = unicodedata.normalize("NFD", character)
        # Hangul syllables, which are computed and not listed, are left out.
        if (
            len(apart) > 1
            and not 0xAC00 <= ord(character) < 0xD7A4
            and unicodedata.normalize("NFC", apart) == character
        ):
            pairs[unicodedata.normalize("NFC", apart[:-1]) + apart[-1]] = character
    return alone, pairs


def _table(mapping: dict[str, str]) -> tf.lookup.StaticHashTable:
    entries = tf.lookup.KeyValueTensorInitializer(
        list(mapping), list(mapping.values()), tf.string, tf.string
    )
    return tf.lookup.StaticHashTable(entries, "")


class TextIds(tf.Module):
    """Texts, strings (batch,), to ids, int32 (batch, time), 0 on the right.

    Args:
        tokenizer, vocabulary, max_length: the classifier's.

    Raises:
        tf.errors.InvalidArgumentError: when called with a text none of whose tokens is known.
    """

    def __init__(self, tokenizer: Tokenizer, vocabulary: Vocabulary, max_length: int):
        super().__init__()
        self.tokenizer, self.max_length = tokenizer, max_length
        alone, pairs = _mappings()
        self.alone, self.pairs = _table(alone), _table(pairs)
        known = tf.lookup.KeyValueTensorInitializer(
            vocabulary.tokens, list(range(len(vocabulary))), tf.string, tf.int64
        )
        self.ids = tf.lookup.StaticHashTable(known, UNK)

    def __call__(self, texts):
        ids = tf.ragged.map_flat_values(self.ids.lookup, self.tokens(self.normalize(texts)))
        known = tf.reduce_any(ids != UNK, axis=1)
        tf.debugging.Assert(
            tf.reduce_all(known),
            [
                "texts: none of its tokens is known, number",
                tf.argmin(tf.cast(known, tf.int32)),
            ],
        )
        return tf.cast(self.cut(ids).to_tensor(PAD), tf.int32)

    def normalize(self, texts):
        """As `Tokenizer.normalize`."""
        texts = tf.strings.regex_replace(texts, r"(?i)<br\s*/?>", " ")
        characters = _changed(tf.strings.unicode_split(texts, "UTF-8"), self.alone)
        # What came out may be several characters.
        characters = tf.strings.unicode_split(
            tf.strings.reduce_join(characters, axis=-1), "UTF-8"
        )
        for _ in range(MARKS):
            characters = self._joined(characters)
        texts = tf.strings.reduce_join(characters, axis=-1)
        if not self.tokenizer.lowercase:
            return texts
        # Python writes a capital sigma at a word's end, and a capital dotted i, in ways of their own.
        texts = tf.strings.regex_replace(texts, r"(\p{L})Σ(\P{L}|$)", r"\1ς\2")
        return tf.strings.lower(tf.strings.regex_replace(texts, "İ", "i̇"), encoding="utf-8")

    def _joined(self, characters):
        """Each character and the one behind it as one, where there is such a one."""
        flat, lengths = characters.flat_values, characters.row_lengths()
        last = tf.cast(
            tf.scatter_nd(
                (tf.cumsum(lengths) - 1)[lengths > 0][:, None],
                tf.ones_like(lengths[lengths > 0]),
                tf.shape(flat, tf.int64),
            ),
            tf.bool,
        )
        size = tf.size(flat)  # of no character too: what is shifted stays as long
        behind = tf.where(last, "", tf.concat([flat[1:], [""]], 0)[:size])
        both = self.pairs.lookup(flat + behind)
        found = both != ""
        # Of three that might join the first two do.
        before = tf.concat([[False], found[:-1]], 0)[:size]
        found = found & ~before
        gone = tf.concat([[False], found[:-1]], 0)[:size]
        return tf.ragged.boolean_mask(
            characters.with_flat_values(tf.where(found, both, flat)),
            characters.with_flat_values(~gone),
        )

    def tokens(self, texts):
        """As `Tokenizer.__call__`, of normalised texts: strings (batch, ragged)."""
        spaced = tf.strings.regex_replace(texts, _SPACES, " ")
        if self.tokenizer.unit == "character":
            characters = tf.strings.unicode_split(spaced, "UTF-8")
            return tf.ragged.boolean_mask(characters, characters != " ")
        return tf.strings.split(tf.strings.regex_replace(spaced, _WORD, r"\1 "))

    def cut(self, ids):
        """The first third and the last two thirds of what a text may have; see `both_ends`."""
        head, lengths = self.max_length // 3, ids.row_lengths()
        places = tf.ragged.range(lengths)
        tail = places >= tf.expand_dims(lengths - (self.max_length - head), 1)
        kept = (places < head) | tail | tf.expand_dims(lengths <= self.max_length, 1)
        return tf.ragged.boolean_mask(ids, kept)


def _changed(characters, table):
    """Each character as a table has it, or as it is."""

    def change(flat):
        found = table.lookup(flat)
        return tf.where(found == "", flat, found)

    return tf.ragged.map_flat_values(change, characters)
