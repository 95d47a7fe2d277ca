"""The memory that the requests of a server may hold together."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from seqzoo.serving.batching import Full

MOST = 2**30  # bytes: bodies as they come, and what is decoded from them


class Room:
    """Bytes that all requests share.

    Args:
        most: of them.

    Attributes:
        taken: bytes that are held now.
    """

    def __init__(self, most: int = MOST):
        self.most, self.taken = most, 0
        self._lock = threading.Lock()  # sounds and pictures are decoded in other threads

    @contextlib.contextmanager
    def reserve(self) -> Iterator[Callable[[int], None]]:
        """A function that takes bytes for one request; at the end they are free again.

        The function raises `Full` where there is no room for more.
        """
        held = 0

        def take(count: int) -> None:
            nonlocal held
            with self._lock:
                if self.taken + count > self.most:
                    raise Full(1, "no room now: other requests fill the server's memory")
                self.taken += count
                held += count

        try:
            yield take
        finally:
            with self._lock:
                self.taken -= held
