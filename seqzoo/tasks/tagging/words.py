"""From the characters that begin words to the words of texts, and to lines of words."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

# What is never cut: a Latin word, a number with its points and commas, of any width; a character and
# what joins it (accents, variation selectors, skin tones, whatever stands behind a joiner).
_LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
_DIGITS = "0-9０-９"
_JOINS = "\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
WHOLE = re.compile(
    f"[{_LATIN}]+(?:['’][{_LATIN}]+)*|[{_DIGITS}]+(?:[.,．][{_DIGITS}]+)*"
    f"|\\S(?:[{_JOINS}]|(?<=\u200d)\\S)+"
)
# One of these is in all that is longer than a character.
_PART = re.compile(f"[{_LATIN}{_DIGITS}{_JOINS}]+")
_JOIN = re.compile(f"[{_JOINS}]")
SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"\s{2,}")

Begins = tuple[
    Sequence[int], np.ndarray
]  # where characters are; whether words begin there, bool


def cut(texts: Sequence[str], begins: Iterable[Iterable[Begins]]) -> list[list[str]]:
    """The words of texts, which joined are the texts.

    White space is a word of its own. Latin words and numbers are never cut.

    Args:
        texts: what to cut.
        begins: of the sequences of characters of each text, where words begin.
    """
    # All texts at once. What stands between is white space: nothing goes across it.
    whole = "\n".join([*texts, ""])
    cuts = np.zeros(len(whole) + 1, bool)  # before each character, and at the end
    offset, offsets = 0, []
    for text, sequences in zip(texts, begins, strict=True):
        for starts, first in sequences:
            cuts[_places(starts, offset)] = first
        offsets.append(offset)
        offset += len(text) + 1
    spaces = [place for space in SPACE.finditer(whole) for place in space.span()]
    cuts[spaces] = True
    for start, stop in uncut(whole):
        cuts[start + 1 : stop] = False
    offsets.append(offset)
    cuts[offsets] = True
    cuts[np.array(offsets[1:], np.intp) - 1] = True
    places = np.flatnonzero(cuts)
    words = [whole[a:b] for a, b in itertools.pairwise(places.tolist())]
    # The last word of each text is what stands behind the text.
    bounds = np.searchsorted(places, offsets).tolist()
    return [words[start : stop - 1] for start, stop in itertools.pairwise(bounds)]


def _places(starts: Sequence[int], offset: int) -> np.ndarray | slice:
    """Where characters are in all texts."""
    if isinstance(starts, range):
        return slice(offset + starts.start, offset + starts.stop)
    return np.asarray(starts, np.intp) + offset


def uncut(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of all in a text that is never cut, of those that are longer than a character."""
    place = 0  # where to go on
    for part in _PART.finditer(text):
        start, stop = part.span()
        # What joins the character before it makes one with it.
        if place < start and _JOIN.match(text, start):
            start -= 1
        place = max(place, start)
        while place < stop:
            found = WHOLE.match(text, place)
            end = found.end() if found else place + 1
            if end > place + 1:
                yield place, end
            place = end


def joined(words: Sequence[str]) -> str:
    """A line of the words of a text, a space between two; white space stands as it is, none beside it."""
    line = " ".join(words)
    # White space is one word, so of a longer run the spaces at its ends were put there just now.
    return _SPACES.sub(_narrowed, line)


def _narrowed(spaces: re.Match) -> str:
    start, stop = spaces.span()
    return spaces.group()[start > 0 : len(spaces.group()) - (stop < len(spaces.string))]
