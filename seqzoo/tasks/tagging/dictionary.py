"""Words that a user gives, and words of letters and Han characters, wherever they stand in a text."""

import functools
import math
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError
from seqzoo.tasks.tagging import reader_dictionary
from seqzoo.tasks.tagging.reader_dictionary import weights_given, weights_of
from seqzoo.tasks.tagging.rules import CUT, FREE, JOIN, LETTERS, Found
from seqzoo.text.kinds import simplified

_LETTER_WORDS = Path(__file__).with_name("letter_words.txt")
# Letters and digits of any width and case as small ones of ASCII.
_FULL = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_NARROW = {code: chr(code - 0xFEE0).lower() for code in _FULL}
_NARROW |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}

Span = tuple[int, int]


class Likelier(NamedTuple):
    """A word at a place that is likelier than the network alone would have it.

    Attributes:
        start, end: where it stands.
        bonus: what is added to the score of a path that has it.
    """

    start: int
    end: int
    bonus: float


class Dictionary(reader_dictionary.Dictionary):
    """A user's words; see `reader_dictionary.Dictionary`, which exports have."""

    @classmethod
    def of(cls, words: Any) -> "Dictionary":
        """A dictionary of what a user gives.

        Args:
            words: a file with a word a line, or a word, a space and its weight (a part of speech behind it
                plays no part); or a list of words; or words and their weights, None for none.

        Raises:
            InputError: naming the line, or the word, that is no such thing; if there is no word.
        """
        if isinstance(words, Dictionary):
            return words
        try:
            if isinstance(words, (str, PathLike)):
                return cls(weights_of(read_lines(Path(words)), str(words)))
            return cls(weights_given(words))
        except InputError:
            raise
        except ValueError as error:
            raise InputError(str(error)) from None


def narrowed(text: str) -> str:
    """A text with letters and digits of any width and case as small ones of ASCII."""
    return text.translate(_NARROW)


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
                around = narrowed(text[first : end + self.behind])
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
    return LetterWords(narrowed(_LETTER_WORDS.read_text("utf-8")).split())


def keep(marks: np.ndarray, spans: Iterable[Span]) -> np.ndarray:
    """Mark words as whole, in place: the longest first, of equal ones the first.

    One that overlaps such a word, or begins or ends within what is never cut, is left out.

    Args:
        marks: of the places of a text, int8 (characters + 1,); see `rules`.
        spans: start and end of each word.

    Returns:
        Which characters such a word has, bool (characters + 1,).
    """
    ends = (marks != JOIN).tolist()  # where a word may begin or end
    taken = np.zeros(len(marks), bool)
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if ends[start] and ends[end] and not taken[start:end].any():
            taken[start:end] = True
            marks[[start, end]] = CUT
            marks[start + 1 : end] = JOIN
    return taken


def favour(
    marks: np.ndarray, taken: np.ndarray, words: Iterable[tuple[int, int, float]]
) -> list[Likelier]:
    """The words that become likelier; where a rule would cut them, in place of it the network decides.

    Args:
        marks: of the places of a text, int8 (characters + 1,); see `rules`.
        taken: as `keep` gives it: there is nothing to decide.
        words: start, end and weight of each.
    """
    found = []
    ends = marks != JOIN
    for start, end, weight in words:
        if ends[start] and ends[end] and not taken[start:end].any():
            inside = marks[start + 1 : end]
            inside[inside == CUT] = FREE
            # The odds of what has the word are multiplied by 1 + weight.
            found.append(Likelier(start, end, math.log1p(weight)))
    return found
