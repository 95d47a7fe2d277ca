"""Words that a user gives, and words of letters and Han characters, wherever they stand in a text."""

import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError
from seqzoo.tasks.tagging.rules import CUT, FREE, JOIN, LETTERS, Found
from seqzoo.text.kinds import simplified

_LETTER_WORDS = Path(__file__).with_name("letter_words.txt")
# Letters and digits of any width and case as small ones of ASCII.
_FULL = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_NARROW = {code: chr(code - 0xFEE0).lower() for code in _FULL}
_NARROW |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
_SPEECH = re.compile(r"[A-Za-z][A-Za-z0-9]*")  # a part of speech, as jieba's files have it

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


class Dictionary:
    """A user's words.

    Args:
        weights: each word, and its weight, a number above 0; None: it is always kept whole.

    Attributes:
        weights: as given.
    """

    def __init__(self, weights: Mapping[str, float | None]):
        self.weights = dict(weights)
        self._lengths: dict[str, list[int]] = {}  # of the words by their first characters
        for word in self.weights:
            lengths = self._lengths.setdefault(word[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))

    def found(self, text: str) -> Iterator[tuple[int, int, float | None]]:
        """Start, end and weight of each place in a text where one of the words stands."""
        for start, first in enumerate(text):
            for length in self._lengths.get(first, ()):
                word = text[start : start + length]
                if len(word) == length and word in self.weights:
                    yield start, start + length, self.weights[word]

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
        if isinstance(words, (str, PathLike)):
            return cls(_read(Path(words)))
        if not isinstance(words, Iterable):
            raise InputError(f"words: expected a file or words; got {words!r:.60}")
        pairs = words if isinstance(words, Mapping) else dict.fromkeys(words)
        found: dict[str, float | None] = {}
        for word, weight in pairs.items():
            if not isinstance(word, str) or word.split() != [word]:
                raise InputError(
                    f"words: expected words without white space; got {word!r:.60}"
                )
            found[word] = None if weight is None else _weight(weight, f"words: {word}")
        if not found:
            raise InputError("words: expected words; there are none")
        return cls(found)


def _weight(weight: Any, where: str) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise InputError(
            f"{where}: expected a weight, a number above 0; got {weight!r:.60}"
        )
    return number


def _read(path: Path) -> dict[str, float | None]:
    """The words of a file and their weights.

    Raises:
        InputError: naming the line; if there is no word.
    """
    weights: dict[str, float | None] = {}
    lines: dict[str, int] = {}
    for number, line in read_lines(path):
        where, fields = f"{path}:{number}", line.split()
        if not fields:
            continue
        word, rest = fields[0], fields[1:]
        # jieba's files have a part of speech behind the weight, or in its place.
        if len(rest) > 1 and _SPEECH.fullmatch(rest[-1]):
            rest.pop()
        if len(rest) > 1:
            raise InputError(
                f"{where}: expected a word, its weight or nothing, its part of speech or nothing; "
                f"got {line.strip()[:60]!r}"
            )
        is_speech = bool(rest) and _SPEECH.fullmatch(rest[0]) and not _is_number(rest[0])
        weight = None if not rest or is_speech else _weight(rest[0], where)
        if word in weights and weights[word] != weight:
            raise InputError(f"{where}: {word} has another weight in line {lines[word]}")
        weights[word], lines[word] = weight, number
    if not weights:
        raise InputError(f"{path}: expected words, one a line; there are none")
    return weights


def _is_number(text: str) -> bool:
    """Whether a text is a number to Python, as inf and nan are."""
    try:
        float(text)
    except ValueError:
        return False
    return True


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
