"""What the tokens of a word tagger's file are like, so that raw text is cut as the file was."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from seqzoo.errors import InputError
from seqzoo.tasks.tagging.cuts import WORD, word_pattern

MARKS = "'’/&_.@+:·"  # which may join what is on both sides of them
MOST_WHOLE = 1000  # tokens with a point behind them
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


def pattern_of(text: Mapping[str, Any], where: str = "text") -> re.Pattern[str]:
    """What a token is, by the settings `joins` and `whole` of a model; older ones have neither.

    Args:
        text: how texts become ids, of the artifact's `config.json`.
        where: it stands; begins errors.

    Raises:
        InputError: if these settings are none.
    """
    joins, whole = text.get("joins", ""), text.get("whole", [])
    if not isinstance(joins, str) or set(joins) - set(MARKS):
        raise InputError(f'{where}: "text": expected a usable "joins"')
    words = isinstance(whole, list) and len(whole) <= MOST_WHOLE
    if not words or not all(
        isinstance(each, str) and _SHORT.fullmatch(each) for each in whole
    ):
        raise InputError(f'{where}: "text": expected a usable "whole"')
    return word_pattern(joins, whole)
