"""Demands on the text that tokens are written as, whatever they are: characters, words or pieces of words.

`Wanted` says what is asked for, `constraints_of` makes `Constraints` of it for the tokens of a model. A text
is that of its tokens, one behind the other; a token may be written as any number of characters.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.decoding.bounds import DEMAND_STEPS
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_parts import labelled
from seqzoo.decoding.constraints_product import Part
from seqzoo.decoding.constraints_regex import Automaton, Matches
from seqzoo.errors import InputError

SEVERAL = "|"  # between several texts


class Wanted(NamedTuple):
    """What a text is to be; None: nothing is asked for.

    Attributes:
        pattern: a regular expression that the whole text matches; see `constraints_regex`.
        keyword: what comes in it; `|` between several, which all come.
        forbid: what does not come in it; `|` between several.
        steps: that finding out what may come takes, at most; see `Constraints`.
    """

    pattern: str | None = None
    keyword: str | None = None
    forbid: str | None = None
    steps: int = DEMAND_STEPS

    def __bool__(self):
        return any(given is not None for given in self.texts.values())

    @property
    def texts(self) -> dict[str, str | None]:
        """The demands by name."""
        return {name: getattr(self, name) for name in ("pattern", "keyword", "forbid")}

    def check(self) -> None:
        """Refuse demands of nothing, and an expression that cannot be read.

        Raises:
            InputError: naming the demand.
        """
        for name, given in self.texts.items():
            if given is not None and not all(given.split(SEVERAL)):
                raise InputError(f"{name}: expected a text; got {given!r}")
        if self.pattern is not None:
            Automaton(self.pattern, self.steps)


class _Table:
    """A part whose states are numbers, and whose steps are looked up.

    Args:
        name: what errors call it.
        rows: of each token the state behind each state; None: it may not come.
        ends: in which states a text may end.
    """

    start = 0

    def __init__(
        self, name: str, rows: Sequence[tuple[int | None, ...]], ends: Sequence[bool]
    ):
        self.name, self._ends = name, ends
        self.labels, self._rows = labelled(rows)

    def step(self, state: int, label: int, place: int) -> int | None:
        """See `seqzoo.decoding.constraints_product.Part`."""
        return self._rows[label][state]

    def accepts(self, state: int, place: int) -> bool:
        """See `seqzoo.decoding.constraints_product.Part`."""
        return self._ends[state]


class Says(_Table):
    """A text comes, across tokens, too (Knuth, Morris & Pratt 1977).

    Args:
        texts: what each token is written as; None: it may not come.
        word: the text, at least a character.
        name: what errors call it.
    """

    def __init__(self, texts: Sequence[str | None], word: str, name: str):
        size = len(word)
        rows = _walked(texts, word)
        super().__init__(name, rows, [state == size for state in range(size + 1)])


class Omits(_Table):
    """A text never comes, nor across tokens.

    Args:
        texts, word, name: see `Says`.
    """

    def __init__(self, texts: Sequence[str | None], word: str, name: str):
        size = len(word)
        rows = [
            tuple(None if state == size else state for state in row[:size])
            for row in _walked(texts, word)
        ]
        super().__init__(name, rows, [True] * size)


class Tidy(_Table):
    """Single spaces alone, and none at the end; one may stand at the beginning.

    Args:
        texts: see `Says`.
    """

    def __init__(self, texts: Sequence[str | None]):
        # 0: nothing yet, 1: behind a space, 2: behind another character
        rows = [tuple(_spaced(text, state) for state in range(3)) for text in texts]
        super().__init__("single spaces", rows, [True, False, True])


class AtLeast:
    """So many tokens come.

    Args:
        size: tokens of the vocabulary.
        count: the least number.
    """

    start = 0

    def __init__(self, size: int, count: int):
        self.name, self._count = f"min_length {count}", count
        self.labels = np.zeros(size, np.int64)

    def step(self, state: int, label: int, place: int) -> int | None:
        """See `seqzoo.decoding.constraints_product.Part`."""
        return 0

    def accepts(self, state: int, place: int) -> bool:
        """See `seqzoo.decoding.constraints_product.Part`."""
        return place >= self._count


def constraints_of(
    texts: Sequence[str | None],
    wanted: Wanted,
    *,
    end: int,
    longest: int,
    least: int = 0,
    spaced: bool = False,
) -> Constraints:
    """The constraints on the tokens of a model.

    Args:
        texts: what each token is written as; None: it never comes.
        wanted: what the text is to be.
        end: the id behind which nothing comes.
        longest, least: tokens at most and at least, the end not counted.
        spaced: words begin with a space, which does not count at the text's beginning.

    Raises:
        InputError: if no text meets all demands, or that takes too many steps; it names those that clash. See
            `Wanted.check`.
    """
    wanted.check()
    parts: list[Part] = [Tidy(texts)] if spaced else []
    if wanted.pattern is not None:
        name = f"pattern {wanted.pattern}"
        parts.append(Matches(wanted.pattern, texts, name, spaced, wanted.steps))
    for word in (wanted.keyword or "").split(SEVERAL):
        if word:
            parts.append(Says(texts, word, f"keyword {word}"))
    for word in (wanted.forbid or "").split(SEVERAL):
        if word:
            parts.append(Omits(texts, word, f"forbid {word}"))
    if least:
        parts.append(AtLeast(len(texts), least))
    never = [id for id, text in enumerate(texts) if text is None and id != end]
    size, steps = len(texts), wanted.steps
    try:
        return Constraints(size, parts, end=end, longest=longest, never=never, steps=steps)
    except InputError as error:
        raise InputError(f"{error}, in {longest} tokens") from None


def _walked(texts: Sequence[str | None], word: str) -> list[tuple[int | None, ...]]:
    """For each token how much of a word has come behind it, for each length that had before; all stays."""
    falls, size = _falls(word), len(word)

    def behind(text: str, state: int) -> int:
        for character in text:
            if state == size:
                break
            state = _following(word, falls, state, character)
        return state

    nothing = (None,) * (size + 1)
    return [
        nothing if text is None else tuple(behind(text, state) for state in range(size + 1))
        for text in texts
    ]


def _falls(word: str) -> list[int]:
    """How much of the beginning each beginning ends with, itself left out."""
    falls = [0]
    for character in word[1:]:
        falls.append(_following(word, falls, falls[-1], character))
    return falls


def _following(word: str, falls: Sequence[int], state: int, character: str) -> int:
    """How much of a word has come behind a character."""
    while state and word[state] != character:
        state = falls[state - 1]
    return state + (word[state] == character)


def _spaced(text: str | None, state: int) -> int | None:
    """The state of `Tidy` behind a token; None: it may not come."""
    if text is None:
        return None
    for character in text:
        if not character.isspace():
            state = 2
        elif state == 1:
            return None
        else:
            state = 1
    return state
