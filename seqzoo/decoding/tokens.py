"""Language models as searches ask them: one token behind one state at a time.

An n-gram model answers from its table; a network reads a token and carries its states, one set for each
beginning that a search keeps.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from seqzoo.decoding.ngram import ROOT, NGram
from seqzoo.errors import InputError

REMEMBERED = 2**18  # answers of an n-gram model

States = dict[str, np.ndarray]
Read = Callable[[int, States], tuple[np.ndarray, States]]


class Tokens(Protocol):
    """A language model over numbered tokens. A state stands for all that was said so far.

    Attributes:
        size: number of tokens.
    """

    size: int

    def start(self, token: int) -> Any:
        """The state behind a first token."""
        ...

    def log_prob(self, state: Any, token: int) -> float:
        """log p(token | state), a natural logarithm."""
        ...

    def behind(self, state: Any, token: int) -> Any:
        """The state behind one more token."""
        ...


class NGramTokens:
    """An n-gram model that remembers what it was asked.

    Args:
        model: the n-grams.
    """

    def __init__(self, model: NGram):
        self.model, self.size = model, model.size
        self._answers: dict[tuple[int, int], tuple[float, int]] = {}

    def start(self, token: int) -> int:
        """The state behind a first token."""
        return self.behind(ROOT, token)

    def log_prob(self, state: int, token: int) -> float:
        """log p(token | state)."""
        return self._answer(state, token)[0]

    def behind(self, state: int, token: int) -> int:
        """The state behind one more token."""
        return self._answer(state, token)[1]

    def _answer(self, state: int, token: int) -> tuple[float, int]:
        found = self._answers.get((state, token))
        if found is None:
            states, tokens = np.array([state]), np.array([token])
            log_prob = float(self.model.log_prob(states, tokens)[0])
            found = log_prob, int(self.model.advanced(states, tokens)[0])
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[state, token] = found
        return found


class Said:
    """All that was said up to a token. The network reads it when it is first asked what follows.

    Args:
        before: what was said before; None: nothing.
        token: the last.
    """

    __slots__ = ("before", "log_probs", "states", "token")

    def __init__(self, before: "Said | None", token: int):
        self.before, self.token = before, token
        self.log_probs: np.ndarray | None = None  # float (size,), of what follows
        self.states: States = {}  # of the network, behind the token


class NetworkTokens:
    """A recurrent network as a language model.

    Args:
        read: a token and the network's states before it -> float (size,), natural logarithms of what follows,
            and the states behind the token.
        first: states before anything was said.
        size: number of tokens.
    """

    def __init__(self, read: Read, first: States, size: int):
        self.size = size
        self._read, self._first = read, first

    def start(self, token: int) -> Said:
        """The state behind a first token."""
        return Said(None, token)

    def log_prob(self, state: Said, token: int) -> float:
        """log p(token | state)."""
        return float(self._following(state)[token])

    def behind(self, state: Said, token: int) -> Said:
        """The state behind one more token."""
        return Said(state, token)

    def _following(self, said: Said) -> np.ndarray:
        """What follows, float (size,): read token by token from where it was last read."""
        unread = [said]
        while unread[-1].log_probs is None and unread[-1].before is not None:
            unread.append(unread[-1].before)
        for each in reversed(unread):
            if each.log_probs is None:
                states = self._first if each.before is None else each.before.states
                each.log_probs, each.states = self._read(each.token, states)
            each.before = None  # what was said before may be forgotten
        assert said.log_probs is not None
        return said.log_probs


def tokens_of(model: NGram | Tokens) -> Tokens:
    """A language model as searches ask it."""
    return NGramTokens(model) if isinstance(model, NGram) else model


def check_token(name: str, token: int, size: int) -> None:
    """Refuse a token that a model lacks.

    Raises:
        InputError: naming it.
    """
    if not 0 <= token < size:
        raise InputError(f"{name}: expected 0 to {size - 1}; got {token}")
