"""Regular expressions as sets of characters in an automaton (Thompson 1968).

Understood: characters, `.`, sets `[a-z]` and `[^a-z]`, `\\d \\w \\s` and their opposites, groups `( )` and
`(?: )`, `|`, and `* + ? {m} {m,} {m,n}`. A whole text must match, so that `^` and `$` are not needed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from seqzoo.decoding.bounds import DEMAND_STEPS
from seqzoo.decoding.constraints_parts import labelled
from seqzoo.errors import InputError

STEPS_A_STATE = (
    1000  # of those that an expression may take, for each state that it may have
)
LEAST_STATES = 100  # that it may have in any case
DEPTH = 50  # of groups in groups
UNWRITTEN = frozenset([-1])  # nothing has come yet
CLASSES: dict[str, Callable[[str], bool]] = {
    "d": str.isdigit,
    "s": str.isspace,
    "w": lambda character: character.isalnum() or character == "_",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_SPECIAL = "*+?{}()[]|"


class Fragment(NamedTuple):
    """A piece of an automaton: where it begins and ends."""

    start: int
    stop: int


class Automaton:
    """The states of an expression, from `start` to `stop`.

    Args:
        pattern: the expression.
        steps: states that are gone through in all, at most; a thousandth of that is how many it may have.

    Attributes:
        predicates: the different sets of characters.
        start, stop: states.

    Raises:
        InputError: on an expression that cannot be read, or one too large.
    """

    def __init__(self, pattern: str, steps: int = DEMAND_STEPS):
        self._steps, self._taken = steps, 0
        self.predicates: list[Callable[[str], bool]] = []
        self._empty: list[list[int]] = []  # state -> states without a character
        self._moves: list[tuple[int, int] | None] = []  # state -> predicate, state
        self.start, self.stop = _Parser(pattern, self).parsed()

    def new(self) -> int:
        """A new state.

        Raises:
            InputError: if there are too many.
        """
        most = max(LEAST_STATES, self._steps // STEPS_A_STATE)
        if len(self._empty) >= most:
            raise InputError(f"pattern: expected at most {most:,} states")
        self._empty.append([])
        self._moves.append(None)
        return len(self._empty) - 1

    def join(self, source: int, target: int) -> None:
        """Go from a state to another without a character."""
        self._empty[source].append(target)

    def one(self, predicate: Callable[[str], bool]) -> Fragment:
        """A single character of a set."""
        start, stop = self.new(), self.new()
        self.predicates.append(predicate)
        self._moves[start] = len(self.predicates) - 1, stop
        return Fragment(start, stop)

    def closed(self, states: Sequence[int]) -> frozenset[int]:
        """These states and all that are reached without a character."""
        found, left = set(states), list(states)
        while left:
            for target in self._empty[left.pop()]:
                if target not in found:
                    found.add(target)
                    left.append(target)
        return frozenset(found)

    def after(self, states: frozenset[int], fits: Sequence[bool]) -> frozenset[int]:
        """The states behind a character that fits some of the predicates.

        Raises:
            InputError: if too many states have been gone through.
        """
        self.take(len(states))
        moves = [self._moves[state] for state in states]
        return self.closed([move[1] for move in moves if move and fits[move[0]]])

    def take(self, steps: int) -> None:
        """Count steps.

        Raises:
            InputError: if there are too many.
        """
        self._taken += steps
        if self._taken > self._steps:
            raise InputError(
                f"pattern: expected one that takes at most {self._steps:,} steps; it takes more"
            )

    def fits(self, character: str) -> tuple[bool, ...]:
        """Of which of the predicates a character is."""
        return tuple(predicate(character) for predicate in self.predicates)


class _Parser:
    """Reads an expression from left to right."""

    def __init__(self, pattern: str, automaton: Automaton, depth: int = 0):
        self._pattern, self._place, self._automaton = pattern, 0, automaton
        self._depth = depth

    def parsed(self) -> Fragment:
        found = self._either()
        if self._next() is not None:
            raise self._error("an expression without a stray )")
        return found

    def _next(self) -> str | None:
        rest = self._pattern[self._place :]
        return rest[0] if rest else None

    def _take(self) -> str:
        character = self._next()
        if character is None:
            raise self._error("more")
        self._place += 1
        return character

    def _error(self, expected: str) -> InputError:
        return InputError(
            f"pattern: {self._pattern!r}: expected {expected} at place {self._place + 1}"
        )

    def _either(self) -> Fragment:
        branches = [self._sequence()]
        while self._next() == "|":
            self._take()
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        start, stop = self._automaton.new(), self._automaton.new()
        for branch in branches:
            self._automaton.join(start, branch.start)
            self._automaton.join(branch.stop, stop)
        return Fragment(start, stop)

    def _sequence(self) -> Fragment:
        state = self._automaton.new()
        whole = Fragment(state, state)
        while self._next() not in (None, "|", ")"):
            whole = self._joined(whole, self._repeated())
        return whole

    def _joined(self, first: Fragment, second: Fragment) -> Fragment:
        self._automaton.join(first.stop, second.start)
        return Fragment(first.start, second.stop)

    def _repeated(self) -> Fragment:
        begin = self._place
        found = self._atom()
        end = self._place
        bounds = self._bounds()
        if bounds is None:
            return found
        if self._next() in ("*", "+", "?", "{"):
            raise self._error("one repeat alone")
        least, most = bounds
        state = self._automaton.new()
        whole = Fragment(state, state)
        for _ in range(least):
            whole = self._joined(whole, self._again(begin, end))
        if most is None:
            return self._joined(whole, self._looped(self._again(begin, end)))
        for _ in range(most - least):
            whole = self._joined(whole, self._optional(self._again(begin, end)))
        return whole

    def _again(self, begin: int, end: int) -> Fragment:
        """What a stretch of the expression says, made anew."""
        return _Parser(self._pattern[begin:end], self._automaton, self._depth).parsed()

    def _looped(self, one: Fragment) -> Fragment:
        state = self._automaton.new()
        self._automaton.join(state, one.start)
        self._automaton.join(one.stop, state)
        return Fragment(state, state)

    def _optional(self, one: Fragment) -> Fragment:
        start, stop = self._automaton.new(), self._automaton.new()
        self._automaton.join(start, one.start)
        self._automaton.join(start, stop)
        self._automaton.join(one.stop, stop)
        return Fragment(start, stop)

    def _bounds(self) -> tuple[int, int | None] | None:
        """How often what stands before it comes; None: once."""
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        mark = self._next()
        if mark in simple:
            self._take()
            return simple[mark]
        if mark != "{":
            return None
        inside, found, _ = self._pattern[self._place + 1 :].partition("}")
        low, comma, high = inside.partition(",")
        sound = found and low.isdecimal() and (not high or high.isdecimal())
        most = int(low) if sound and not comma else int(high) if sound and high else None
        if not sound or (most is not None and most < int(low)):
            raise self._error("{m}, {m,} or {m,n}")
        self._place += len(inside) + 2
        return int(low), most

    def _atom(self) -> Fragment:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return self._automaton.one(self._set())
        if character == ".":
            return self._automaton.one(lambda each: each != "\n")
        if character == "\\":
            return self._automaton.one(self._escaped())
        if character in _SPECIAL or character in "^$":
            self._place -= 1
            raise self._error(f"a character before {character} (\\{character} is itself)")
        return self._automaton.one(character.__eq__)

    def _group(self) -> Fragment:
        if self._next() == "?":
            self._take()
            if self._take() != ":":
                raise self._error("( ) or (?: ) and no other group")
        if self._depth == DEPTH:
            raise self._error(f"at most {DEPTH} groups in each other")
        self._depth += 1
        found = self._either()
        self._depth -= 1
        if self._next() != ")":
            raise self._error(")")
        self._take()
        return found

    def _escaped(self) -> Callable[[str], bool]:
        character = self._take()
        known = CLASSES.get(character.lower())
        if known is not None:
            return known if character.islower() else lambda each: not known(each)
        if character.isalnum() and character not in _ESCAPES:
            raise self._error(f"an escape that is known; got \\{character}")
        return _ESCAPES.get(character, character).__eq__

    def _set(self) -> Callable[[str], bool]:
        opposite = self._next() == "^"
        if opposite:
            self._take()
        members: list[Callable[[str], bool]] = []
        while self._next() != "]" or not members:
            members.append(self._member())
        self._take()
        return lambda each: any(member(each) for member in members) != opposite

    def _member(self) -> Callable[[str], bool]:
        first = self._take()
        if first == "\\":
            return self._escaped()
        following = self._pattern[self._place : self._place + 2]
        if not following.startswith("-") or following in ("-]", "-"):
            return first.__eq__
        self._take()
        last = self._take()
        if last < first:
            raise self._error(f"a range that rises; got {first}-{last}")
        return lambda each: first <= each <= last


class Matches:
    """The whole text matches a regular expression.

    Args:
        pattern: the expression.
        texts: what each token is written as, of any length; None: it may not come.
        name: what errors call it; None: with the expression.
        spaced: a space at the beginning of the text does not count.
        steps: see `Automaton`.

    Raises:
        InputError: see `Automaton`.
    """

    def __init__(
        self,
        pattern: str,
        texts: Sequence[str | None],
        name: str | None = None,
        spaced: bool = False,
        steps: int = DEMAND_STEPS,
    ):
        self.name = f"the pattern {pattern!r}" if name is None else name
        self._automaton = Automaton(pattern, steps)
        characters = set().union(*(text or "" for text in texts))
        self._automaton.take(len(characters) * len(self._automaton.predicates))
        fits = {each: self._automaton.fits(each) for each in characters}
        keys = [
            None
            if text is None
            else (spaced and text[:1] == " ", tuple(map(fits.get, text)))
            for text in texts
        ]
        self.labels, self._keys = labelled(keys)
        self._first = self._automaton.closed([self._automaton.start])
        self.start = UNWRITTEN if spaced else self._first
        self._known: dict[tuple[frozenset[int], int], frozenset[int] | None] = {}

    def step(self, state: frozenset[int], label: int, place: int) -> frozenset[int] | None:
        """See `seqzoo.decoding.constraints_product.Part`."""
        if (state, label) not in self._known:
            self._known[state, label] = self._after(state, label)
        return self._known[state, label]

    def _after(self, state: frozenset[int], label: int) -> frozenset[int] | None:
        key = self._keys[label]
        if key is None:
            return None
        led, every = key
        if state == UNWRITTEN and every:
            state, every = self._first, every[led:]
        for fits in every:
            state = self._automaton.after(state, fits)
        return state or None

    def accepts(self, state: frozenset[int], place: int) -> bool:
        """See `seqzoo.decoding.constraints_product.Part`."""
        return self._automaton.stop in (self._first if state == UNWRITTEN else state)
