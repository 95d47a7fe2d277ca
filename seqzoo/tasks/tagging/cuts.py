"""Where a text is cut into the sequences that a tagger reads, and these into pieces.

Long texts are cut at ends of sentences, and joined again by the places the pieces came from.
"""

import re
from collections.abc import Iterator, Sequence

SENTENCE_END = frozenset("。！？；!?")
CLOSING = frozenset("”’」』）)\"'")
STAYS_WITH = SENTENCE_END | CLOSING
PAUSE = frozenset("，、,：:;—…") | SENTENCE_END | CLOSING

# Initials, numbers, the ending behind an apostrophe, words; as corpora in the CoNLL format cut mostly.
_WORD = r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)+|['’]\w+|\w+(?:[JOINS]\w+)*|[^\w\s]"
RUN = re.compile(r"\S+")
_STOP = re.compile(
    f"[{re.escape(''.join(sorted(SENTENCE_END)))}][{re.escape(''.join(sorted(STAYS_WITH)))}]*"
)


def word_pattern(joins: str = "", whole: Sequence[str] = ()) -> re.Pattern[str]:
    """What a word is in raw text.

    Args:
        joins: marks that join what is on both sides of them, beside the hyphen.
        whole: words that end in a point.
    """
    pattern = _WORD.replace("JOINS", re.escape(f"-{joins}"))
    if not whole:
        return re.compile(pattern)
    longest_first = sorted(whole, key=lambda word: (-len(word), word))
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?!\w)|{pattern}")


WORD = word_pattern()


def runs(
    text: str, unit: str, word: re.Pattern[str] = WORD
) -> list[tuple[Sequence[str], Sequence[int]]]:
    """The sequences of a text: tokens, and where in the text each starts.

    Characters: white space ends a sequence, as the corpora have none; a string stands for its characters.
    Words: the text is one.

    Args:
        text: the text.
        unit: what a token is.
        word: what a word is, where that is the unit.
    """
    if unit == "character":
        return [(run.group(), range(*run.span())) for run in RUN.finditer(text)]
    words = list(word.finditer(text))
    if not words:
        return []
    return [([word.group() for word in words], [word.start() for word in words])]


def pieces(tokens: Sequence[str], max_length: int) -> list[tuple[int, int]]:
    """Start and end of each piece of a sequence, of at most `max_length` tokens.

    It is cut behind each end of a sentence; a longer piece at its last pause, or anywhere.
    """
    cuts: list[tuple[int, int]] = []
    start = 0
    for stop in [*_stops(tokens), len(tokens)]:
        if 0 < stop - start <= max_length:
            cuts.append((start, stop))
        else:
            cuts += _shorter(tokens, start, stop, max_length)
        start = stop
    return cuts


def _stops(tokens: Sequence[str]) -> Iterator[int]:
    """Where sentences stop, with what may stand behind their ends."""
    if isinstance(tokens, str):
        yield from (stop.end() for stop in _STOP.finditer(tokens))
        return
    last = 0
    for end in [place for place, token in enumerate(tokens) if token in SENTENCE_END]:
        stop = end + 1
        while stop < len(tokens) and tokens[stop] in STAYS_WITH:
            stop += 1
        if stop > last:
            yield stop
            last = stop


def _shorter(
    tokens: Sequence[str], start: int, stop: int, max_length: int
) -> Iterator[tuple[int, int]]:
    """The piece [start, stop) cut until none is too long; nothing for an empty one."""
    while stop - start > max_length:
        end = start + max_length
        back = (
            place
            for place in range(end, start + max_length // 2, -1)
            if tokens[place - 1] in PAUSE
        )
        cut = next(back, end)
        yield start, cut
        start = cut
    if start < stop:
        yield start, stop
