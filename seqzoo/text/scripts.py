"""The scripts of texts: which of them are written without spaces between words."""

import itertools
import re
from collections.abc import Iterable

# Kana, Chinese characters, Hangul, Thai, Lao, Khmer, Burmese.
WITHOUT_SPACES = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
    "\u1100-\u11ff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_LETTER = re.compile(r"[^\W\d_]")
TEXTS = 2000  # that are looked at
SHARE = 0.3  # of letters, from which on a text counts as one of these scripts


def share_without_spaces(texts: Iterable[str]) -> float:
    """The share of the letters of the first texts that are of a script without spaces."""
    found = letters = 0
    for text in itertools.islice(texts, TEXTS):
        found += len(WITHOUT_SPACES.findall(text))
        letters += len(_LETTER.findall(text))
    return found / letters if letters else 0.0


def without_spaces(share: float) -> str:
    """A warning of texts that are read by words, and have none between spaces.

    Args:
        share: of the letters that are of such scripts.
    """
    return (
        f"warning: {share:.0%} of the letters are of scripts without spaces between words: "
        "--unit character reads characters"
    )


def unit_of(texts: Iterable[str]) -> str:
    """What a token of such texts should be: `"character"` or `"word"`."""
    return "character" if share_without_spaces(texts) >= SHARE else "word"
