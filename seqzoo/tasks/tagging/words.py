"""From texts to their words, by a tagger of characters and the rules on what is never cut."""

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from seqzoo.decoding.viterbi import Bonus
from seqzoo.tasks.tagging import rules
from seqzoo.tasks.tagging.cuts import RUN
from seqzoo.tasks.tagging.dictionary import (
    Dictionary,
    LetterWords,
    Likelier,
    favour,
    keep,
    letter_words,
)
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.text.kinds import simplified

SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"\s{2,}")

Words = list[tuple[int, int]]  # of a text: where each begins and ends


def words_of(
    tagging: Tagging, texts: Sequence[str], dictionary: Dictionary | None = None
) -> list[Words]:
    """The words of texts, which joined are the texts.

    White space is a word of its own. What `rules` keep whole is never cut.

    Args:
        tagging: the network of a segmenter.
        texts: what to cut.
        dictionary: a user's words.
    """
    # All texts at once. What stands between is white space: nothing goes across it.
    whole = "\n".join([*texts, ""])
    marks, likelier = marked(whole, dictionary, tagging.letters)
    runs = [run.span() for run in RUN.finditer(whole)]
    tags = tagging.numbers(
        [whole[start:end] for start, end in runs],
        [marks[start:end] for start, end in runs],
        _bonuses(likelier, runs, tagging.tags) if likelier else (),
    )
    begins = np.isin(tagging.names, ("B", "S"))
    cuts = np.zeros(len(whole) + 1, bool)  # before each character, and at the end
    for (start, end), each in zip(runs, tags, strict=True):
        cuts[start:end] = begins[each]
    # A piece that the network reads alone may end within a word.
    cuts[marks == rules.JOIN] = False
    cuts[marks == rules.CUT] = True
    return _spans(cuts, texts)


def marked(
    text: str, dictionary: Dictionary | None = None, letters: LetterWords | None = None
) -> tuple[np.ndarray, list[Likelier]]:
    """What may be cut in a text, and what is likelier than the network alone would have it.

    Args:
        text: the text.
        dictionary: a user's words.
        letters: words of letters and Han characters; None: those that every segmenter knows.

    Returns:
        The marks of the places, int8 (characters + 1,), see `rules`; white space is parted from all else. And
        the places of words with weights.
    """
    simple = simplified(text)
    matches = list(rules.found(simple))
    marks = rules.marks(simple, matches)
    known = [] if dictionary is None else list(dictionary.found(text))
    kept = [(start, end) for start, end, weight in known if weight is None]
    weighted = [(start, end, weight) for start, end, weight in known if weight is not None]
    lettered = (letters or letter_words()).beside(text, simple, matches)
    taken = keep(marks, [*kept, *lettered])
    likelier = favour(marks, taken, weighted)
    marks[[place for space in SPACE.finditer(text) for place in space.span()]] = rules.CUT
    return marks, likelier


def _bonuses(
    likelier: Iterable[Likelier], runs: Sequence[tuple[int, int]], names: Sequence[str]
) -> Iterator[Bonus]:
    """The tags of likelier words, by the places of their characters in all runs."""
    begin, inside, end, single = (names.index(role) for role in "BMES")
    starts = [start for start, _ in runs]
    before = [0, *itertools.accumulate(stop - start for start, stop in runs)]
    for word in likelier:
        run = bisect.bisect_right(starts, word.start) - 1
        length = word.end - word.start
        tags = (single,) if length == 1 else (begin, *[inside] * (length - 2), end)
        yield Bonus(before[run] + word.start - starts[run], tags, word.bonus)


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
