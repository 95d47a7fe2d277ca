"""The product of several automata over tokens, and from which of its states an end can be reached.

Tokens that no part tells apart are a class, and all is reckoned by classes. Where no token may come twice, a
state also counts what is left of each class.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from seqzoo.decoding.constraints_counts import Bare, Counts


class Part(Protocol):
    """One demand: a finite automaton that also knows the place of a token.

    Attributes:
        name: what errors call it.
        labels: of each token, int (vocab,): tokens with one label are alike to it.
        start: the state before the first token; states can be hashed.
    """

    name: str
    labels: np.ndarray
    start: Any

    def step(self, state: Any, label: int, place: int) -> Any:
        """The state behind a token with a label at a place, from 0; None: it may not come."""
        ...

    def accepts(self, state: Any, place: int) -> bool:
        """Whether a sequence may end before a place."""
        ...


class Distinct(NamedTuple):
    """No token comes twice.

    Attributes:
        name: what errors call it.
        ids: the tokens that this is for, int (tokens,).
        places: that are compared; None: all.
    """

    name: str
    ids: Sequence[int]
    places: frozenset[int] | None = None


# Place, states of parts, and what is left of each class of which no token may come twice.
Core: TypeAlias = tuple[int, tuple, tuple]


class Product:
    """Several demands at once, over classes of tokens.

    Args:
        size: tokens of the vocabulary.
        demands: parts; a `Distinct` among them, perhaps.
        end: the id behind which nothing comes; it may come where all parts accept.
        longest: tokens of a sequence at most, the end not counted.
        never: ids that never come.

    Attributes:
        parts: the demands but `Distinct`.
        end, longest: those.
        is_distinct: which tokens may not come twice, bool (vocab,).
        places: that are compared; None: all.
        classes: of each token, int (vocab,); 0 is of the end and of what never comes.
    """

    def __init__(
        self,
        size: int,
        demands: Sequence[Part | Distinct],
        end: int,
        longest: int,
        never: Sequence[int],
    ):
        self.end, self.longest = end, longest
        self.parts = [each for each in demands if not isinstance(each, Distinct)]
        self.is_distinct = np.zeros(size, bool)
        self.places: frozenset[int] | None = None
        for each in demands:
            if isinstance(each, Distinct):
                self.is_distinct[list(each.ids)] = True
                self.places = each.places
        self.classes, labels = self._joined([end, *never])
        self._labels = [tuple(row) for row in labels.tolist()]
        self._sizes = np.bincount(self.classes, minlength=len(labels))
        order = np.argsort(-self._sizes, kind="stable")
        self._kinds = [int(kind) for kind in order if kind]
        counted = np.bincount(self.classes, self.is_distinct, len(labels))
        self._limited = np.flatnonzero(counted[1:]) + 1
        self._column = {int(kind): i for i, kind in enumerate(self._limited)}
        self._alive: dict[Core, bool] = {}
        self._following: dict[Bare, dict[Bare, list[int]]] = {}
        self._counts = Counts(self._bare_after, self._bare_ends, self._column, self.counts)

    def _joined(self, no_tokens: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The class of each token, int (vocab,), and the labels of each class, int (classes, parts)."""
        columns = [self.is_distinct.astype(np.int64), *(p.labels for p in self.parts)]
        table = np.stack(columns, axis=1)  # (vocab, 1 + parts)
        comes = np.ones(len(table), bool)
        comes[list(no_tokens)] = False
        labels, inverse = np.unique(table[comes], axis=0, return_inverse=True)
        classes = np.zeros(len(table), np.int64)
        classes[comes] = inverse.reshape(-1) + 1
        nothing = np.zeros((1, table.shape[1]), np.int64)
        return classes, np.concatenate([nothing, labels])[:, 1:]

    @property
    def start(self) -> Core:
        """Before the first token."""
        return self.core(0, tuple(part.start for part in self.parts), ())

    def core(self, place: int, states: tuple, used: Collection[int]) -> Core:
        """What the future of a sequence depends on.

        Args:
            place: tokens so far.
            states: of the parts.
            used: those tokens so far that may not come again.
        """
        if not len(self._limited):
            return place, states, ()
        left = self._sizes[self._limited]
        for token in used:
            left[self._column[int(self.classes[token])]] -= 1
        return place, states, self._clipped(left.tolist(), place)

    def _clipped(self, left: Sequence[int], place: int) -> tuple:
        """More of a class than there are places is as good as that many."""
        return tuple(min(count, self.longest - place) for count in left)

    def fits_in(self, steps: int) -> bool:
        """Whether places, states and classes multiplied are so many at most: what all masks take together.

        That is for parts that heed no place, and tokens that may come twice.
        """
        first = tuple(part.start for part in self.parts)
        found, left = {first}, [first]
        while left:
            if self.longest * len(found) * len(self._kinds) > steps:
                return False
            states = left.pop()
            for kind in self._kinds:
                after = self.stepped(states, kind, 0)
                if after is not None and after not in found:
                    found.add(after)
                    left.append(after)
        return True

    def counts(self, place: int) -> bool:
        """Whether a token at a place is compared with others."""
        return self.places is None or place in self.places

    def stepped(self, states: tuple, kind: int, place: int) -> tuple | None:
        """The parts' states behind a token of a class; None: it may not come."""
        after = []
        every = zip(self.parts, states, self._labels[kind], strict=True)
        for part, state, label in every:
            following = part.step(state, label, place)
            if following is None:
                return None
            after.append(following)
        return tuple(after)

    def _behind(self, core: Core, kind: int) -> Core | None:
        """The core behind a token of a class; None: there is none."""
        place, states, left = core
        column = self._column.get(kind) if left and self.counts(place) else None
        if place >= self.longest or (column is not None and not left[column]):
            return None
        after = self.stepped(states, kind, place)
        if after is None:
            return None
        fewer = list(left)
        if column is not None:
            fewer[column] -= 1
        return place + 1, after, self._clipped(fewer, place + 1)

    def ends(self, core: Core) -> bool:
        """Whether a sequence may end here."""
        place, states, _ = core
        every = zip(self.parts, states, strict=True)
        return all(part.accepts(state, place) for part, state in every)

    def can_end(self, core: Core) -> bool:
        """Whether an end can be reached; answers are kept."""
        if core in self._alive:
            return self._alive[core]
        place, states, left = core
        if not left:
            return self._searched(core)
        bare = place, states
        found = self._can_end_bare(bare) and (
            self._is_easy(core) or self._counts.suffice(bare, left)
        )
        self._alive[core] = found
        return found

    def _searched(self, core: Core) -> bool:
        """Whether an end can be reached where tokens may come twice: a search in depth.

        Each step goes to a later place, so that the search has no circles.
        """
        stack: list[tuple[Core, Iterator[Core]]] = []
        asked: Core | None = core
        while True:
            if asked is not None and asked not in self._alive:
                if not self.ends(asked):
                    stack.append((asked, self._after(asked)))
                    asked = next(stack[-1][1], None)
                    continue
                self._alive[asked] = True
            if not stack:
                return self._alive[core]
            # What was asked for is known now, or there was nothing left to ask for.
            top, rest = stack[-1]
            found = asked is not None and self._alive[asked]
            if not found and (following := next(rest, None)) is not None:
                asked = following
                continue
            self._alive[top] = found
            stack.pop()
            asked = top

    def _is_easy(self, core: Core) -> bool:
        """Whether the class of which most tokens are left leads to an end, taken at each place."""
        here: Core | None = core
        while here is not None and not self.ends(here):
            place, states, left = here
            every = [
                kind
                for kinds in self._bare_after((place, states)).values()
                for kind in kinds
            ]
            here = self._behind(here, max(every, key=lambda kind: self._left(kind, left)))
        return here is not None

    def _left(self, kind: int, left: tuple) -> int:
        """Tokens of a class that may still come."""
        column = self._column.get(kind)
        return self.longest if column is None else left[column]

    def _can_end_bare(self, bare: Bare) -> bool:
        """Whether an end can be reached where tokens may come twice."""
        return self.can_end((*bare, ()))

    def _bare_after(self, bare: Bare) -> dict[Bare, list[int]]:
        """The states behind one from which an end can be reached, and the classes that lead there."""
        if bare not in self._following:
            found: dict[Bare, list[int]] = {}
            for kind in self._kinds:
                behind = self._behind((*bare, ()), kind)
                if behind is not None and self.can_end(behind):
                    found.setdefault(behind[:2], []).append(kind)
            self._following[bare] = found
        return self._following[bare]

    def _bare_ends(self, bare: Bare) -> bool:
        return self.ends((*bare, ()))

    def _after(self, core: Core) -> Iterator[Core]:
        """The cores behind a token, large classes first: they are the likeliest to leave a way."""
        for kind in self._kinds:
            if (following := self._behind(core, kind)) is not None:
                yield following

    def mask(self, core: Core) -> np.ndarray:
        """From which tokens on an end can be reached, bool (vocab,), used ones among them."""
        kinds = np.zeros(len(self._labels), bool)
        for kind in self._kinds:
            following = self._behind(core, kind)
            kinds[kind] = following is not None and self.can_end(following)
        mask = kinds[self.classes]
        mask[self.end] = self.ends(core)
        return mask
