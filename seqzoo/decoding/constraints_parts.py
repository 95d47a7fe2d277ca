"""Demands for `constraints`: a layout of lines, tokens at places, rhymes, patterns, a keyword."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqzoo.errors import InputError


def labelled(keys: Sequence[Any]) -> tuple[np.ndarray, list[Any]]:
    """A label for each token, int (vocab,), and the key that each label stands for."""
    numbers: dict[Any, int] = {}
    labels = [numbers.setdefault(key, len(numbers)) for key in keys]
    return np.array(labels, np.int64), list(numbers)


class Layout:
    """Lines of given lengths, each with a token behind it that ends it, and the end.

    Args:
        size: tokens of the vocabulary.
        lengths: tokens of each line, at least 1.
        ends: id behind each line; None: nothing is there.
        others: further ids that no line may hold.
        name: what errors call it.

    Attributes:
        length: tokens of a sequence, the end not counted.

    Raises:
        InputError: on a line without a token, or another number of ends than of lines.
    """

    start = 0

    def __init__(
        self,
        size: int,
        lengths: Sequence[int],
        ends: Sequence[int | None],
        others: Sequence[int] = (),
        name: str = "line lengths",
    ):
        if len(lengths) != len(ends) or not lengths or min(lengths) < 1:
            raise InputError(f"{name}: expected lengths of at least 1, and an end for each")
        self.name = name
        marks = {id for id in ends if id is not None}
        keys = [id if id in marks else -2 if id in others else -1 for id in range(size)]
        self.labels, self._keys = labelled(keys)
        self._expected: list[int] = []  # at each place: -1, or an id
        self._starts: list[int] = []  # place of each line's first token
        for length, end in zip(lengths, ends, strict=True):
            self._starts.append(len(self._expected))
            self._expected += [-1] * length + ([] if end is None else [end])
        self._lengths = list(lengths)

    @property
    def length(self) -> int:
        """Tokens of a sequence, the end not counted."""
        return len(self._expected)

    def place(self, line: int, column: int) -> int:
        """The place of a token of a line.

        Args:
            line: from 0.
            column: from 0; below 0: from the line's end.
        """
        length = self._lengths[line]
        return self._starts[line] + (column if column >= 0 else length + column)

    def step(self, state: int, label: int, place: int) -> int | None:
        """See `Part`."""
        fits = place < len(self._expected) and self._keys[label] == self._expected[place]
        return 0 if fits else None

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return place == len(self._expected)


class At:
    """At each of some places one of some tokens stands; others come anywhere.

    Args:
        size: tokens of the vocabulary.
        tokens: place -> ids that may stand there.
        name: what errors call it.
    """

    start = 0

    def __init__(self, size: int, tokens: Mapping[int, Sequence[int]], name: str):
        self.name = name
        self._last = max(tokens, default=-1)
        sets = [frozenset(ids) for ids in tokens.values()]
        keys = [tuple(id in ids for ids in sets) for id in range(size)]
        self.labels, self._keys = labelled(keys)
        self._row = {place: row for row, place in enumerate(tokens)}

    def step(self, state: int, label: int, place: int) -> int | None:
        """See `Part`."""
        row = self._row.get(place)
        return 0 if row is None or self._keys[label][row] else None

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return place > self._last


class Shared:
    """The tokens at some places have something in common, a rhyme say.

    Args:
        groups: for each token the groups that it is of, a bit each: whole numbers (vocab,).
        places: where such tokens stand.
        name: what errors call it.
        among: the groups that it may be, a bit each; None: any.
        free: place -> groups, a bit each, of which a token there need not share anything.
    """

    def __init__(
        self,
        groups: Sequence[int],
        places: Sequence[int],
        name: str,
        among: int | None = None,
        free: Mapping[int, int] | None = None,
    ):
        self.name, self._free = name, free or {}
        self.labels, self._groups = labelled([int(bits) for bits in groups])
        self._places = frozenset(places)
        self._last = max(places, default=-1)
        every = 0
        for bits in self._groups:
            every |= bits
        self.start = every if among is None else every & among

    def step(self, state: int, label: int, place: int) -> int | None:
        """The groups that are left; see `Part`."""
        groups = self._groups[label]
        if place not in self._places or groups & self._free.get(place, 0):
            return state
        return (state & groups) or None

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return place > self._last


class Patterns:
    """Tokens stand in one of several patterns of kinds, level and oblique tones say.

    Args:
        kinds: for each token the kinds that it can be, a bit each: whole numbers (vocab,).
        patterns: each: place -> kinds that may stand there, a bit each; other places are free.
        name: what errors call it.
    """

    def __init__(
        self, kinds: Sequence[int], patterns: Sequence[Mapping[int, int]], name: str
    ):
        self.name = name
        self.labels, self._kinds = labelled([int(bits) for bits in kinds])
        self._patterns = [dict(pattern) for pattern in patterns]
        self._last = max((place for each in patterns for place in each), default=-1)
        self.start = (1 << len(self._patterns)) - 1  # those that are possible
        self._cache: dict[tuple[int, int], int] = {}

    def step(self, state: int, label: int, place: int) -> int | None:
        """The patterns that are left; see `Part`."""
        if (place, label) not in self._cache:
            self._cache[place, label] = self._fitting(label, place)
        return (state & self._cache[place, label]) or None

    def _fitting(self, label: int, place: int) -> int:
        kinds = self._kinds[label]
        return sum(
            1 << number
            for number, pattern in enumerate(self._patterns)
            if place not in pattern or pattern[place] & kinds
        )

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return place > self._last


class Contains:
    """Some tokens stand somewhere, one behind the other (Knuth, Morris & Pratt 1977).

    Args:
        size: tokens of the vocabulary.
        ids: the tokens, at least one.
        name: what errors call it.
        places: where they may stand, one behind the other; None: anywhere.

    Raises:
        InputError: if there is no token.
    """

    start = 0

    def __init__(
        self, size: int, ids: Sequence[int], name: str, places: range | None = None
    ):
        if not len(ids):
            raise InputError(f"{name}: expected a token at least; got none")
        self._places = places
        self.name, self._ids = name, [int(id) for id in ids]
        wanted = set(self._ids)
        keys = [id if id in wanted else -1 for id in range(size)]
        self.labels, self._keys = labelled(keys)
        # How much of the beginning each beginning ends with, itself left out.
        self._falls = [0]
        for id in self._ids[1:]:
            self._falls.append(self._matched(self._falls[-1], id))

    def _matched(self, matched: int, id: int) -> int:
        while matched and self._ids[matched] != id:
            matched = self._falls[matched - 1]
        return matched + (self._ids[matched] == id)

    def step(self, state: int, label: int, place: int) -> int | None:
        """How many of the tokens have come; see `Part`."""
        if state == len(self._ids):
            return state
        if self._places is not None and place not in self._places:
            return 0 if place < self._places.start else None
        return self._matched(state, self._keys[label])

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return state == len(self._ids)


class Without:
    """Some tokens never come.

    Args:
        size: tokens of the vocabulary.
        ids: the tokens.
        name: what errors call it.
    """

    start = 0

    def __init__(self, size: int, ids: Sequence[int], name: str = "forbidden tokens"):
        self.name = name
        self.labels = np.zeros(size, np.int64)
        self.labels[list(ids)] = 1

    def step(self, state: int, label: int, place: int) -> int | None:
        """See `Part`."""
        return None if label else 0

    def accepts(self, state: int, place: int) -> bool:
        """See `Part`."""
        return True
