"""From raw text to a classifier's ids within a TensorFlow graph: what `seqzoo.text.tokenizer.Tokenizer` does.

Unicode NFKC is done by tables of TensorFlow strings: first each character's mapping, then pairs of a letter
and the mark behind it, joined. Unicode would also join conjoining Hangul letters, and marks out of their
canonical order. They stay apart here: neither comes in text as it is written today.
"""

import functools
import unicodedata

import tensorflow as tf

from seqzoo.text.characters import all_characters
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import PAD, UNK, Vocabulary

MARKS = 3  # marks on one letter at most that are joined with it
HANGUL = range(0xAC00, 0xD7A4)  # syllables, which Unicode computes and does not list
_LETTER = r"\p{L}\p{N}_"
_WORD = rf"([{_LETTER}]+(?:['’][{_LETTER}]+)?|[^{_LETTER}\s])"
_SPACES = r"[\s\p{Z}\x{0b}\x{1c}-\x{1f}\x{85}]+"


@functools.cache
def _mappings() -> tuple[dict[str, str], dict[str, str]]:
    """Characters that NFKC changes, and pairs that it joins."""
    alone, pairs = {}, {}
    for character in all_characters():
        normal = unicodedata.normalize("NFKC", character)
        if normal != character:
            alone[character] = normal

        apart = unicodedata.normalize("NFD", character)
        joined = len(apart) > 1 and unicodedata.normalize("NFC", apart) == character
        if joined and ord(character) not in HANGUL:
            letter, mark = unicodedata.normalize("NFC", apart[:-1]), apart[-1]
            pairs[letter + mark] = character
    return alone, pairs


def _table(mapping: dict[str, str]) -> tf.lookup.StaticHashTable:
    """A table of strings; what is not in it gives the empty string."""
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

    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        """Ids of texts."""
        return self.of_tokens(self.tokens(self.normalize(texts)))

    def of_tokens(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Ids of texts given by their tokens, strings (batch, ragged)."""
        ids = tf.ragged.map_flat_values(self.ids.lookup, tokens)  # (batch, ragged)
        known = tf.reduce_any(ids != UNK, axis=1)
        first_unknown = tf.argmin(tf.cast(known, tf.int32))
        tf.debugging.Assert(
            tf.reduce_all(known),
            ["texts: none of its tokens is known, number", first_unknown],
        )
        # (batch, ragged) -> (batch, time)
        return tf.cast(self.cut(ids).to_tensor(PAD), tf.int32)

    def normalize(self, texts: tf.Tensor) -> tf.Tensor:
        """Strings (batch,), changed as `Tokenizer.normalize` changes them."""
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

    def _joined(self, characters: tf.RaggedTensor) -> tf.RaggedTensor:
        """Each character and the one behind it as one, where there is such a one."""
        flat = characters.flat_values  # of all texts, one behind the other
        size = tf.size(flat)  # may be 0: what is shifted must stay as long
        behind = tf.concat([flat[1:], [""]], 0)[:size]
        behind = tf.where(_last_of_rows(characters), "", behind)
        both = self.pairs.lookup(flat + behind)
        joins = both != ""

        # Of three that might join the first two do.
        before = tf.concat([[False], joins[:-1]], 0)[:size]
        joins = joins & ~before
        gone = tf.concat([[False], joins[:-1]], 0)[:size]
        return tf.ragged.boolean_mask(
            characters.with_flat_values(tf.where(joins, both, flat)),
            characters.with_flat_values(~gone),
        )

    def tokens(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Tokens of normalised texts, strings (batch, ragged), as `Tokenizer.__call__` gives them."""
        spaced = tf.strings.regex_replace(texts, _SPACES, " ")
        if self.tokenizer.unit == "character":
            characters = tf.strings.unicode_split(spaced, "UTF-8")
            return tf.ragged.boolean_mask(characters, characters != " ")
        return tf.strings.split(tf.strings.regex_replace(spaced, _WORD, r"\1 "))

    def cut(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        """Ids (batch, ragged), of too long texts the two ends; see `seqzoo.pipeline.encoded.both_ends`."""
        head = self.max_length // 3
        tail = self.max_length - head
        lengths = tf.expand_dims(ids.row_lengths(), 1)  # (batch, 1)
        places = tf.ragged.range(ids.row_lengths())
        at_an_end = (places < head) | (places >= lengths - tail)
        return tf.ragged.boolean_mask(ids, at_an_end | (lengths <= self.max_length))


def _last_of_rows(rows: tf.RaggedTensor) -> tf.Tensor:
    """Which of the flat values, bool (values,), are the last of their rows."""
    lengths = rows.row_lengths()
    filled = lengths > 0
    ends = (tf.cumsum(lengths) - 1)[filled]
    size = tf.shape(rows.flat_values, tf.int64)
    marks = tf.scatter_nd(ends[:, None], tf.ones_like(ends), size)
    return tf.cast(marks, tf.bool)


def _changed(
    characters: tf.RaggedTensor, table: tf.lookup.StaticHashTable
) -> tf.RaggedTensor:
    """Each character as a table has it, or as it is."""

    def change(flat: tf.Tensor) -> tf.Tensor:
        found = table.lookup(flat)
        return tf.where(found == "", flat, found)

    return tf.ragged.map_flat_values(change, characters)
