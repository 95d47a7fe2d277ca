"""What the tokens of a word tagger's file are like, so that raw text is cut as the file was."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from seqzoo.tasks.tagging.cuts import WORD, word_pattern

MARKS = "'’/&_.@+:·"  # which may join what is on both sides of them
MOST_WHOLE = 1000  # tokens with a point behind them
NO_MARKS, NO_WORDS = "", ()
_JOINED = re.compile(rf"\w([{re.escape(MARKS)}])(?=\w)")
_SHORT = re.compile(r"[^\W\d_][\w.\-]*\.")  # Dr., St., J.
_SUFFIX = re.compile(r"['’]\w+")  # 's, as a token of its own


class Learnt(NamedTuple):
    """What joins within a file's tokens.

    Attributes:
        joins: marks that join what is on both sides of them, as in O'Neil.
        whole: tokens that end in a point which belongs to them, as Dr.; the most frequent first.
    """

    joins: str
    whole: list[str]


def learnt(sequences: Iterable[Sequence[str]]) -> Learnt:
    """What joins within the tokens of a file: the marks that do so more often than they part."""
    joined: Counter[str] = Counter()
    parted: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for tokens in sequences:
        for token in tokens:
            if WORD.findall(token) == [token]:
                parted[token[0]] += bool(_SUFFIX.fullmatch(token)) or token in MARKS
                continue
            joined.update(_JOINED.findall(token))
            if _SHORT.fullmatch(token):
                whole[token] += 1
    joins = "".join(mark for mark in MARKS if joined[mark] > parted[mark])
    return Learnt(joins, [token for token, _ in whole.most_common(MOST_WHOLE)])


def pattern_of(text: Mapping[str, Any]) -> re.Pattern[str]:
    """What a token is, by the settings `joins` and `whole` of a model; older ones have neither."""
    return word_pattern(text.get("joins", NO_MARKS), text.get("whole", NO_WORDS))
