"""Whether tokens suffice for the places that are left, where none may come twice: a matching.

A way through the automata says which classes of tokens may stand at each place. Different tokens for all
places are then a matching of places and classes, each class as often as it has tokens (Hall 1935). Ways are
searched in depth; of what lies ahead all ways are matched together, which shows early where none goes on.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

Bare = tuple[int, tuple]  # place, and the state of each part


class Ahead(NamedTuple):
    """What is left of sequences.

    Attributes:
        least: tokens that come at least.
        kinds: for each place from here on the classes that may stand there.
    """

    least: int
    kinds: tuple[frozenset[int], ...]


class Counts:
    """Matchings of places and classes.

    Args:
        after: from a state to those behind it from which an end can be reached, and the classes of tokens
            that lead there.
        ends: whether a sequence may end at a state.
        column: class -> its place among those that are counted.
        counted: whether tokens at a place are compared.
    """

    def __init__(
        self,
        after: Callable[[Bare], dict[Bare, list[int]]],
        ends: Callable[[Bare], bool],
        column: dict[int, int],
        counted: Callable[[int], bool],
    ):
        self._after, self._ends = after, ends
        self._column, self._counted = column, counted
        self._known: dict[Hashable, Ahead] = {}

    def suffice(self, bare: Bare, left: tuple) -> bool:
        """Whether an end can be reached with the tokens that are left.

        Args:
            bare: where a sequence is; an end can be reached from there if tokens may come twice.
            left: tokens of each counted class that may still come.
        """
        stack: list[tuple[Bare, tuple[frozenset[int], ...]]] = [(bare, ())]
        while stack:
            here, kinds = stack.pop()
            ahead = self.ahead(here)
            if not self._matched(bare[0], (*kinds, *ahead.kinds[: ahead.least]), left):
                continue
            if self._ends(here):
                return True
            for following, through in self._after(here).items():
                stack.append((following, (*kinds, frozenset(through))))
        return False

    def _matched(self, first: int, kinds: Sequence[frozenset[int]], left: tuple) -> bool:
        """Whether places, from `first` on, can have different tokens of their classes."""
        wanted = [
            options
            for number, options in enumerate(kinds)
            if self._counted(first + number) and options <= self._column.keys()
        ]
        wanted.sort(key=len)
        using: dict[int, list[frozenset[int]]] = {}  # class -> what its places want
        return all(self._placed(options, left, using, set()) for options in wanted)

    def _placed(
        self,
        options: frozenset[int],
        left: tuple,
        using: dict[int, list[frozenset[int]]],
        tried: set[int],
    ) -> bool:
        """Whether a place gets one of its classes, others moved out of its way (Kuhn 1955)."""
        for kind in options:
            if len(using.get(kind, ())) < left[self._column[kind]]:
                using.setdefault(kind, []).append(options)
                return True
        for kind in options - tried:
            tried.add(kind)
            for number, other in enumerate(using.get(kind, ())):
                if self._placed(other, left, using, tried):
                    using[kind][number] = options
                    return True
        return False

    def ahead(self, bare: Bare) -> Ahead:
        """What is left behind a state from which an end can be reached."""
        if bare not in self._known:
            for layer in reversed(list(self._layers(bare))):
                for each in layer:
                    self._known[each] = self._joined(each)
        return self._known[bare]

    def _layers(self, bare: Bare) -> Iterator[list[Bare]]:
        """The states that are reached from one and not known yet, by their places."""
        layer = [bare]
        while layer:
            yield layer
            following = {to for each in layer for to in self._after(each)}
            layer = [each for each in following if each not in self._known]

    def _joined(self, bare: Bare) -> Ahead:
        """What is left behind a state, of what is left behind those that follow."""
        following = self._after(bare)
        if not following:
            return Ahead(0, ())
        every = [self._known[each] for each in following]
        least = 0 if self._ends(bare) else 1 + min(each.least for each in every)
        here = frozenset(kind for kinds in following.values() for kind in kinds)
        longest = max(len(each.kinds) for each in every)
        later = []
        for number in range(longest):
            kinds = [each.kinds[number] for each in every if number < len(each.kinds)]
            later.append(frozenset().union(*kinds))
        return Ahead(least, (here, *later))
