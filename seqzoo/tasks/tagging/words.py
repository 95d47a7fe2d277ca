"""From texts to their words, by a tagger of characters and the rules on what is never cut."""

import itertools
import re
from collections.abc import Sequence

import numpy as np

from seqzoo.tasks.tagging import rules
from seqzoo.tasks.tagging.cuts import RUN
from seqzoo.tasks.tagging.dictionary import keep, letter_words
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.text.kinds import simplified

SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"\s{2,}")

Words = list[tuple[int, int]]  # of a text: where each begins and ends


def words_of(tagging: Tagging, texts: Sequence[str]) -> list[Words]:
    """The words of texts, which joined are the texts.

    White space is a word of its own. What `rules` keep whole is never cut.

    Args:
        tagging: the network of a segmenter.
        texts: what to cut.
    """
    # All texts at once. What stands between is white space: nothing goes across it.
    whole = "\n".join([*texts, ""])
    marks = marked(whole)
    runs = [run.span() for run in RUN.finditer(whole)]
    tags = tagging.numbers(
        [whole[start:end] for start, end in runs], [marks[start:end] for start, end in runs]
    )
    begins = np.isin(tagging.names, ("B", "S"))
    cuts = np.zeros(len(whole) + 1, bool)  # before each character, and at the end
    for (start, end), each in zip(runs, tags, strict=True):
        cuts[start:end] = begins[each]
    # A piece that the network reads alone may end within a word.
    cuts[marks == rules.JOIN] = False
    cuts[marks == rules.CUT] = True
    return _spans(cuts, texts)


def marked(text: str) -> np.ndarray:
    """The marks of the places of a text, int8 (characters + 1,); white space is parted from all else."""
    simple = simplified(text)
    matches = list(rules.found(simple))
    marks = rules.marks(simple, matches)
    keep(marks, letter_words().beside(text, simple, matches))
    marks[[place for space in SPACE.finditer(text) for place in space.span()]] = rules.CUT
    return marks


def _spans(cuts: np.ndarray, texts: Sequence[str]) -> list[Words]:
    """Start and end of each word in its text.

    Args:
        cuts: where words begin in all texts, a character between two; bool (characters + 1,).
        texts: the texts.
    """
    lengths = np.array([len(text) + 1 for text in texts], np.intp)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    cuts[offsets] = True
    cuts[offsets[1:] - 1] = True
    places = np.flatnonzero(cuts)
    bounds = np.searchsorted(places, offsets).tolist()
    words = []
    for offset, (first, last) in zip(offsets[:-1], itertools.pairwise(bounds), strict=True):
        # The last place is that behind the text.
        own = (places[first:last] - offset).tolist()
        words.append(list(itertools.pairwise(own)))
    return words


def joined(words: Sequence[str]) -> str:
    """A line of the words of a text, a space between two; white space stands as it is, none beside it."""
    line = " ".join(words)
    # White space is one word, so of a longer run the spaces at its ends were put there just now.
    return _SPACES.sub(_narrowed, line)


def _narrowed(spaces: re.Match) -> str:
    start, stop = spaces.span()
    return spaces.group()[start > 0 : len(spaces.group()) - (stop < len(spaces.string))]
