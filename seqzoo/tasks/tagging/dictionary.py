"""Words that are kept whole wherever they stand in a text."""

import functools
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from seqzoo.tasks.tagging.rules import CUT, JOIN, LETTERS, Found
from seqzoo.text.kinds import simplified

_LETTER_WORDS = Path(__file__).with_name("letter_words.txt")
# Letters and digits of any width and case as small ones of ASCII.
_FULL = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_NARROW = {code: chr(code - 0xFEE0).lower() for code in _FULL}
_NARROW |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}

Span = tuple[int, int]


class LetterWords:
    """Words of Latin letters and Han characters, as B站, of any width and case.

    Args:
        words: in small letters of ASCII.
    """

    def __init__(self, words: Iterable[str]):
        self.words = frozenset(words)
        self.before, self.behind = self._reach()

    def _reach(self) -> Span:
        """How many Han characters a word has before and behind its letters at most."""
        before = behind = 0
        for word in self.words:
            places = [found.start() for found in LETTERS.finditer(simplified(word))]
            before = max(before, places[0])
            behind = max(behind, len(word) - places[-1] - 1)
        return before, behind

    def beside(self, text: str, simple: str, matches: Iterable[Found]) -> list[Span]:
        """Start and end of such words in a text; their letters are a whole run of letters.

        Args:
            text: the text.
            simple: it simplified.
            matches: of `rules.RULES` in it.
        """
        found = []
        for start, end, group in matches:
            if group == 2 and LETTERS.search(simple, start, end):
                first = max(start - self.before, 0)
                around = text[first : end + self.behind].translate(_NARROW)
                found += [
                    (first + low, first + high)
                    for low in range(start - first + 1)
                    for high in range(end - first, len(around) + 1)
                    if around[low:high] in self.words
                ]
        return found


@functools.cache
def letter_words() -> LetterWords:
    """The words of `letter_words.txt`."""
    return LetterWords(_LETTER_WORDS.read_text("utf-8").translate(_NARROW).split())


def keep(marks: np.ndarray, spans: Iterable[Span]) -> None:
    """Mark words as whole, in place: the longest first, of equal ones the first.

    One that overlaps such a word, or begins or ends within what is never cut, is left out.

    Args:
        marks: of the places of a text, int8 (characters + 1,); see `rules`.
        spans: start and end of each word.
    """
    ends = (marks != JOIN).tolist()  # where a word may begin or end
    taken = np.zeros(len(marks), bool)
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if ends[start] and ends[end] and not taken[start:end].any():
            taken[start:end] = True
            marks[[start, end]] = CUT
            marks[start + 1 : end] = JOIN
