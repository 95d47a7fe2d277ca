"""Talks that a server keeps, for those who ask for it: few turns, few talks, for a while."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from seqzoo.errors import InputError

MOST = 1000  # talks of a model
SECONDS = 1800.0  # that a talk is kept after its last turn
BYTES = 16  # of a name's randomness: nobody guesses it


class _Talk(NamedTuple):
    turns: tuple[str, ...]
    last: float  # when its last turn came


class Sessions:
    """The talks with one model, in memory alone.

    Args:
        turns: kept of each talk at most.
        most: talks; the one that was silent longest goes first.
        seconds: after which a silent talk is forgotten.
        clock: tells the seconds.
    """

    def __init__(
        self,
        turns: int,
        most: int = MOST,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._turns, self._most, self._seconds = turns, most, seconds
        self._clock, self._lock = clock, threading.Lock()
        self._talks: OrderedDict[str, _Talk] = OrderedDict()  # the longest silent first

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._talks)

    def begin(self) -> str:
        """The name of a new talk, which is kept from its first turn on."""
        return secrets.token_urlsafe(BYTES)

    def turns(self, name: str) -> tuple[str, ...]:
        """What was said in a talk.

        Raises:
            InputError: if there is none of that name, or none any more.
        """
        with self._lock:
            self._forget()
            if name not in self._talks:
                raise InputError(
                    "session: no such talk, or none any more; true begins a new one"
                )
            return self._talks[name].turns

    def keep(self, name: str, turns: Sequence[str]) -> None:
        """Keep the last turns of a talk."""
        with self._lock:
            self._talks[name] = _Talk(tuple(turns[-self._turns :]), self._clock())
            self._talks.move_to_end(name)
            self._forget()

    def _forget(self) -> None:
        """Leave out talks that were silent for long, and the first of too many."""
        oldest = self._clock() - self._seconds
        while self._talks:
            name, talk = next(iter(self._talks.items()))
            if len(self._talks) <= self._most and talk.last >= oldest:
                return
            del self._talks[name]
