"""Work on several groups of rows at once, in as many threads as networks may use."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from seqzoo.engine.network import threads
from seqzoo.pipeline.encoded import groups

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Group = TypeVar("Group")
Result = TypeVar("Result")

# Rows of a group: more of them gain nothing on ONNX Runtime, and fewer have less padding.
ROWS, KERAS_ROWS = 8, 32
SPREAD = 0.15  # of lengths in a group, where padding costs as much as text does

_pools: "dict[int, ThreadPoolExecutor]" = {}  # by their number of threads
_lock = threading.Lock()


def for_groups(
    network: Any,
    function: Callable[[list[int]], None],
    lengths: Sequence[int],
    rows: int = ROWS,
    keras_rows: int = KERAS_ROWS,
    tokens: int | None = None,
    spread: float | None = None,
) -> None:
    """Call a function with the numbers of rows that a network computes together, those of like length.

    On the engine several threads work at once, as `for_each` does; in Keras one.

    Args:
        network: a `Network`, or one in Keras, whose `inner` is None.
        function: what to do with a group of rows; safe to run in many threads.
        lengths: of each row.
        rows, keras_rows: of a group at most, on the engine and in Keras.
        tokens, spread: see `seqzoo.pipeline.encoded.groups`; the spread is of groups on the engine.

    Raises:
        InputError: as `for_each`.
        Exception: what the function raised.
    """
    if len(lengths) == 1:
        function([0])
    elif network.inner is None:
        for group in groups(lengths, keras_rows, tokens, longest_first=True):
            function(group)
    else:
        # Fewer rows, where there would be less than a group for each thread. The longest come first, so
        # that all threads end at about the same time.
        share = -(-len(lengths) // threads())
        made = groups(lengths, min(rows, share), tokens, longest_first=True, spread=spread)
        for_each(function, made)


def for_each(function: Callable[[Group], Result], groups: Iterable[Group]) -> list[Result]:
    """What a function gives for each group, in order; several threads work at once.

    There are as many threads as `threads` says. The caller's is one of them: it
    never waits for threads that others keep busy. Any thread may call this, and so may a forked process.

    Args:
        function: a group -> its result; safe to run in many threads.
        groups: what it is called with.

    Raises:
        InputError: if `SEQZOO_THREADS` is no number of threads.
        Exception: what the function raised; no thread begins another group then.
    """
    work = _Work(function, groups)
    width = min(threads(), len(work.results))
    if width <= 1:
        work()
        return work.results

    from concurrent.futures import wait

    helpers = [_pool(width - 1).submit(work) for _ in range(width - 1)]
    try:
        work()
    finally:
        work.end()
        started = [helper for helper in helpers if not helper.cancel()]
        wait(started)
    for helper in started:
        helper.result()  # raises what the function raised there
    return work.results


class _Work:
    """Takes one group after the other until none is left; many threads may call it at once."""

    def __init__(self, function: Callable, groups: Iterable):
        self._function = function
        self._left = deque(enumerate(groups))  # its methods are safe in threads
        self.results: list[Any] = [None] * len(self._left)

    def __call__(self) -> None:
        try:
            while True:
                try:
                    place, group = self._left.popleft()
                except IndexError:  # there are no more
                    return
                self.results[place] = self._function(group)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Leave out the groups that nobody has begun."""
        self._left.clear()


def _pool(size: int) -> "ThreadPoolExecutor":
    """The helpers, which live as long as the process."""
    from concurrent.futures import ThreadPoolExecutor

    with _lock:
        if size not in _pools:
            _pools[size] = ThreadPoolExecutor(size, "seqzoo")
        return _pools[size]


def _forget() -> None:
    """A forked process has none of its parent's threads, and perhaps a lock that nobody will give back."""
    global _lock
    _lock = threading.Lock()
    _pools.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
