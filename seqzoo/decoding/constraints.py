"""Demands on what is written, kept exactly: what is allowed can always be completed.

A demand is a `Part`, a finite automaton over tokens; `constraints_parts` and `constraints_regex` have them.
`Constraints` runs several at once and allows a token only if an end can be reached behind it, where all
parts accept. Demands that no sequence meets are refused at once, by the names of those that clash.

    constraints = Constraints(len(vocabulary), [layout, rhyme], end=EOS, longest=layout.length)
    state = constraints.start
    while state != DONE:
        token = choose(log_probs, constraints.allowed(state))
        state = constraints.advance(state, token)

Nothing here knows a model: `allowed` is a mask of the vocabulary for whoever draws, ranks or searches.
`Rules(constraints=...)` uses it in `greedy`, `sample` and `beam_search` over NumPy's arrays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.decoding.constraints_product import Core, Distinct, Part, Product
from seqzoo.errors import InputError

KEPT = 4096  # masks that are remembered
REMEMBERED = 2**16  # beginnings whose states are


class State(NamedTuple):
    """Where a sequence is.

    Attributes:
        place: tokens so far.
        parts: the state of each part.
        used: tokens that may not come again.
    """

    place: int
    parts: tuple
    used: frozenset[int]


DONE = State(-1, (), frozenset())  # behind the end


class Constraints:
    """Several demands at once.

    Args:
        size: tokens of the vocabulary.
        demands: parts; one `Distinct` among them, perhaps.
        end: the id behind which nothing comes; it may come where all parts accept.
        longest: tokens of a sequence at most, the end not counted.
        never: ids that never come.
        steps: what all that may be asked takes, at most, see `Product.fits_in`; None: any number.

    Attributes:
        size, end, longest, never: those.
        start: the state before the first token.

    Raises:
        InputError: if no sequence meets all demands; it names those that clash. On a second `Distinct`,
            and on demands that take more steps.
    """

    def __init__(
        self,
        size: int,
        demands: Sequence[Part | Distinct],
        *,
        end: int,
        longest: int,
        never: Sequence[int] = (),
        steps: int | None = None,
    ):
        self.size, self.end, self.longest = size, end, longest
        self.never = frozenset(never)
        if sum(isinstance(demand, Distinct) for demand in demands) > 1:
            raise InputError("constraints: expected one demand without repeats; got more")
        self._product = self._product_of(demands)
        self._masks: dict[Core, np.ndarray] = {}
        if steps is not None and not self._product.fits_in(steps):
            raise InputError(
                f"constraints: {_names(demands)}: expected at most {steps:,} steps, tokens x states x kinds "
                "of them"
            )
        if not self._product.can_end(self._product.start):
            raise InputError(self._clash(demands))
        self.start = State(0, self._product.start[1], frozenset())
        self._behind: dict[tuple[int, ...], State | None] = {(): self.start}

    def allowed(self, state: State) -> np.ndarray:
        """Which tokens may come, bool (vocab,), not to be written to; some may, but behind the end.

        Args:
            state: where the sequence is.
        """
        if state == DONE:
            return np.zeros(self.size, bool)
        core = self._product.core(state.place, state.parts, state.used)
        # Threads may share this: what is remembered may be forgotten at any time.
        mask = self._masks.get(core)
        if mask is None:
            mask = self._product.mask(core)
            mask.flags.writeable = False
            if len(self._masks) >= KEPT:
                self._masks.clear()
            self._masks[core] = mask
        if state.used and self._product.counts(state.place):
            mask = mask.copy()
            mask[list(state.used)] = False
        return mask

    def advance(self, state: State, token: int) -> State:
        """The state behind a token.

        Args:
            state: before it.
            token: one that `allowed` has.

        Raises:
            InputError: if it has not.
        """
        if not self.allowed(state)[token]:
            raise InputError(f"token {token}: it may not come at place {state.place}")
        if token == self.end:
            return DONE
        kind = int(self._product.classes[token])
        parts = self._product.stepped(state.parts, kind, state.place)
        assert parts is not None
        once = self._product.is_distinct[token] and self._product.counts(state.place)
        used = state.used | {int(token)} if once else state.used
        return State(state.place + 1, parts, used)

    def behind(self, tokens: tuple[int, ...]) -> State | None:
        """The state behind a sequence; None: it has ended, or is none that the demands allow.

        Args:
            tokens: ids. Sequences that grow by a token are remembered.
        """
        known = self._behind
        if tokens in known:
            return known[tokens]
        if len(known) >= REMEMBERED:
            known = self._behind = {(): self.start}
        before = self.behind(tokens[:-1])
        state = None
        if before is not None and self.allowed(before)[tokens[-1]]:
            state = self.advance(before, tokens[-1])
        known[tokens] = None if state == DONE else state
        return known[tokens]

    def _product_of(self, demands: Sequence[Part | Distinct]) -> Product:
        return Product(self.size, demands, self.end, self.longest, sorted(self.never))

    def _clash(self, demands: Sequence[Part | Distinct]) -> str:
        """Which demands cannot be met together: what is left when each that is not needed is left out."""
        needed = list(demands)
        for demand in demands:
            rest = [each for each in needed if each is not demand]
            product = self._product_of(rest)
            if not product.can_end(product.start):
                needed = rest
        verb = "cannot be met together" if len(needed) > 1 else "cannot be met"
        return f"constraints: {_names(needed)}: {verb}"


def _names(demands: Sequence[Part | Distinct]) -> str:
    return ", ".join(demand.name for demand in demands)
