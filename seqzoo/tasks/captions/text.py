"""Captions as tokens: words, or characters."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from seqzoo.text.vocabulary import EOS, Vocabulary

FILE = "tokens.txt"
UNITS = ("word", "character")
SPACE = "▁"  # how a space is written among characters
EAST_ASIAN = "\u2e80"  # from here on characters stand without spaces between
MOST_EAST_ASIAN = 0.5  # of captions with such, from which on they are cut by characters
_WORD = re.compile(r"\w+(?:[-'’./]\w+)*|[^\w\s]")
_BEFORE = re.compile(r" (?=[,.;:!?%)\]’'])|(?<=[(\[#*]) ")


class Text:
    """Captions as ids.

    Args:
        vocabulary: the tokens.
        unit: one of `UNITS`.
        lowercase: in small letters.
    """

    def __init__(self, vocabulary: Vocabulary, unit: str, lowercase: bool):
        self.vocabulary, self.unit, self.lowercase = vocabulary, unit, lowercase

    @classmethod
    def of(
        cls, captions: Sequence[str], unit: str, lowercase: bool, minimum_count: int
    ) -> "Text":
        """The tokens of training captions; `unit` may be `auto`."""
        if unit == "auto":
            unit = unit_of(captions)
        tokens = [tokens_of(each, unit, lowercase) for each in captions]
        vocabulary = Vocabulary.build(tokens, minimum_count=minimum_count)
        return cls(vocabulary, unit, lowercase)

    def __len__(self) -> int:
        return len(self.vocabulary)

    def tokens(self, caption: str) -> list[str]:
        """The tokens of a caption."""
        return tokens_of(caption, self.unit, self.lowercase)

    def encode(self, caption: str) -> np.ndarray:
        """Ids of a caption and `</s>`, int32 (time,)."""
        ids = self.vocabulary.ids(self.tokens(caption))
        return np.array([*ids, EOS], np.int32)

    def names(self, ids: Iterable[int]) -> list[str]:
        """The tokens of ids, a space as such."""
        return [" " if each == SPACE else each for each in self.vocabulary.decode(ids)]

    def decode(self, ids: Iterable[int]) -> str:
        """A caption of ids without `</s>`."""
        return joined(self.vocabulary.decode(ids), self.unit)

    def normal(self, caption: str) -> str:
        """A caption as the model would write it."""
        return joined(self.tokens(caption), self.unit)


def unit_of(captions: Sequence[str]) -> str:
    """Characters, where most captions have some of East Asia; else words."""
    count = sum(any(sign >= EAST_ASIAN for sign in each) for each in captions)
    return UNITS[count > MOST_EAST_ASIAN * len(captions)]


def tokens_of(caption: str, unit: str, lowercase: bool) -> list[str]:
    """The tokens of a caption.

    Args:
        caption: the text.
        unit: one of `UNITS`.
        lowercase: in small letters.
    """
    plain = " ".join(unicodedata.normalize("NFC", caption).split())
    plain = plain.lower() if lowercase else plain
    if unit == "word":
        return _WORD.findall(plain)
    return list(plain.replace(" ", SPACE))


def joined(tokens: Sequence[str], unit: str) -> str:
    """A caption of tokens: words with spaces between, but for those before punctuation."""
    if unit == "word":
        return _BEFORE.sub("", " ".join(tokens))
    return "".join(tokens).replace(SPACE, " ")


def load(path: Path, about: dict, size: int | None = None) -> Text:
    """What `Vocabulary.save` wrote.

    Args:
        path: of the file.
        about: `unit` and `lowercase`.
        size: tokens that there must be; None: any.

    Raises:
        InputError: if it is no such file.
    """
    vocabulary = Vocabulary.load(path, size)
    return Text(vocabulary, about["unit"], about["lowercase"])
