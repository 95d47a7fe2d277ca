"""What may be cut in a text: a mark for the place before each character, by the rules of `text.json`."""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from dictionary import Dictionary, Likelier

FREE, CUT, JOIN, OUTSIDE = 0, 1, 2, 3
_NARROW = {code: chr(code - 0xFEE0).lower() for code in range(0xFF10, 0xFF5B)}
_NARROW |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
_KEPT = [
    *range(0xFF1A, 0xFF21),
    *range(0xFF3B, 0xFF41),
]  # marks among the full-width letters


class Marks:
    """The rules.

    Args:
        values: `kinds`, what stands for characters and their ranges; `other`, what stands for all the rest;
            `rules`, `units`, `letters`, `parted`, regular expressions over such texts; `words`, which are
            kept whole, and how many characters stand `before` and `behind` their letters at most.
    """

    def __init__(self, values: dict[str, Any]):
        self.table = np.full(0x110000, ord(values["other"]), "<u2")
        for sign, ranges in values["kinds"].items():
            for first, last in ranges:
                self.table[first : last + 1] = ord(sign)
        names = ("rules", "units", "letters", "parted")
        self.rules, self.units, self.letters, self.parted = (
            re.compile(values[name]) for name in names
        )
        self.words = set(values["words"])
        self.before, self.behind = values["before"], values["behind"]
        self.narrow = {code: to for code, to in _NARROW.items() if code not in _KEPT}

    def simplified(self, text: str) -> str:
        """A text with one character for all of a kind."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return self.table[codes].tobytes().decode("utf-16-le")

    def of_words(
        self, text: str, dictionary: Dictionary | None = None
    ) -> tuple[list[int], list[Likelier]]:
        """The marks of a text that is cut into words, and of its end; and what is likelier.

        Args:
            text: the text.
            dictionary: a user's words.
        """
        given = [] if dictionary is None else list(dictionary.found(text))
        simple = self.simplified(text)
        marks = [FREE] * (len(text) + 1)
        known = [(start, end) for start, end, weight in given if weight is None]
        for match in self.rules.finditer(simple):
            start, end = match.span()
            lettered = match.lastindex == 2 and self.letters.search(simple, start, end)
            if match.lastindex == 1:
                marks[start] = marks[end] = CUT
            if lettered and start and self.parted.match(simple, start - 1):
                marks[start] = CUT
            if lettered and self.parted.match(simple, end):
                marks[end] = CUT
            marks[start + 1 : end] = [JOIN] * (end - start - 1)
            if lettered:
                known += self._words_at(text, start, end)
        taken = _keep(marks, known)
        weighted = [
            (start, end, weight) for start, end, weight in given if weight is not None
        ]
        likelier = _favour(marks, taken, weighted)
        for space in re.finditer(r"\s+", text):
            marks[space.start()] = marks[space.end()] = CUT
        return marks, likelier

    def _words_at(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end of the words around some letters."""
        first = max(start - self.before, 0)
        around = text[first : end + self.behind].translate(self.narrow)
        for low in range(start - first + 1):
            for high in range(end - first, len(around) + 1):
                if around[low:high] in self.words:
                    yield first + low, first + high

    def of_entities(self, text: str) -> list[int]:
        """The marks of a text in which entities are sought: none within clusters, and none of emoji."""
        simple = self.simplified(text)
        marks = [FREE] * len(text)
        for match in self.rules.finditer(simple):
            for unit in self.units.finditer(simple, *match.span()):
                start, end = unit.span()
                marks[start + 1 : end] = [JOIN] * (end - start - 1)
                if unit.group(1):
                    marks[start:end] = [OUTSIDE] * (end - start)
        return marks


def _keep(marks: list[int], spans: Iterable[tuple[int, int]]) -> set[int]:
    """Mark words as whole, the longest first; one that would cut what is whole is left out.

    Returns:
        The places of the characters that such words have.
    """
    ends = [mark != JOIN for mark in marks]
    taken: set[int] = set()
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if ends[start] and ends[end] and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            marks[start] = marks[end] = CUT
            marks[start + 1 : end] = [JOIN] * (end - start - 1)
    return taken


def _favour(
    marks: list[int], taken: set[int], words: Iterable[tuple[int, int, float]]
) -> list[Likelier]:
    """The words that become likelier; where a rule would cut them, in place of it the network decides.

    Args:
        marks: of the places of a text.
        taken: as `_keep` gives it: there is nothing to decide.
        words: start, end and weight of each.
    """
    found = []
    ends = [mark != JOIN for mark in marks]
    for start, end, weight in words:
        if ends[start] and ends[end] and taken.isdisjoint(range(start, end)):
            for place in range(start + 1, end):
                marks[place] = FREE if marks[place] == CUT else marks[place]
            # The odds of what has the word are multiplied by 1 + weight.
            found.append((start, end, math.log1p(weight)))
    return found


def banned(marks: list[int], tags: list[str], scheme: str) -> np.ndarray:
    """Minus infinity for each tag that a token of a piece must not have, else 0: float32 (tokens, tags).

    Args:
        marks: of a piece's tokens; it begins and ends freely.
        tags: their names.
        scheme: BMES, BIOES or BIO.
    """
    own = [marks[0] if marks[0] == OUTSIDE else FREE, *marks[1:]]
    behind = [*own[1:], FREE]
    ending = "" if scheme == "BIO" else "ES"
    going = {"BMES": "ME", "BIOES": "IE", "BIO": "I"}[scheme]
    result = np.zeros((len(marks), len(tags)), np.float32)
    for number, tag in enumerate(tags):
        role = tag[0]
        for place, (mark, after) in enumerate(zip(own, behind, strict=True)):
            wrong = (
                (mark == CUT and role in going)
                or (mark == JOIN and role in "BS")
                or (mark == OUTSIDE and role != "O")
                or (after == CUT and ending and role not in ending + "O")
                or (after == JOIN and role in ending)
            )
            if wrong:
                result[place, number] = -np.inf
    return result


def continued(tags: list[str], marks: list[int], scheme: str) -> list[str]:
    """Tags in which a token before which no border may stand has the label of the one before it."""
    inside = {"BMES": "M", "BIOES": "I", "BIO": "I"}[scheme]

    def inner(tag: str) -> str:
        return tag if tag == "O" else inside + tag[1:]

    found = tags[:1]
    for tag, mark in zip(tags[1:], marks[1:], strict=True):
        expected = inner(found[-1])
        found.append(expected if mark == JOIN and inner(tag) != expected else tag)
    return found
