"""SIGTERM and Ctrl-C: what is under way is saved first, then the process ends with 143 or 130."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn, Self


class Interrupts:
    """While entered, the two signals set `pending` instead of ending the process.

    Attributes:
        pending: the signal that came, or None. The training loop looks at it after each batch.
    """

    def __init__(self):
        self.pending: int | None = None
        # Until the loop takes over there is nothing to save: end at once.
        self._immediate = True

    def __enter__(self) -> Self:
        # Python hands signals to the main thread alone; a training in another one has none.
        main = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGTERM, signal.SIGINT) if main else ()
        self._previous = {number: signal.signal(number, self._handle) for number in numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number, _frame):
        self.pending = number
        if self._immediate:
            self.leave()

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, a signal waits until someone looks at `pending`."""
        self._immediate = False
        try:
            yield
        finally:
            self._immediate = True

    def leave(self) -> NoReturn:
        """End the process with 128 + the number of the signal that is pending."""
        assert self.pending is not None
        name = signal.Signals(self.pending).name
        print(
            f"stopped by {name}; the same command goes on from here",
            file=sys.stderr,
            flush=True,
        )
        raise SystemExit(128 + self.pending)
