"""The error stream of the process, which libraries of C++ write to past Python."""

import contextlib
import os
import sys
from collections.abc import Iterator

DESCRIPTOR = 2


def is_open() -> bool:
    """Whether the process has an error stream."""
    try:
        os.fstat(DESCRIPTOR)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def redirected(descriptor: int) -> Iterator[None]:
    """Inside, what is written to the error stream goes to an open file.

    Args:
        descriptor: of the file.

    Raises:
        OSError: where there is no error stream; see `is_open`.
    """
    _flush()
    before = os.dup(DESCRIPTOR)
    try:
        os.dup2(descriptor, DESCRIPTOR)
        yield
    finally:
        _flush()
        os.dup2(before, DESCRIPTOR)
        os.close(before)


def _flush() -> None:
    if sys.stderr is not None:  # Python began without an error stream
        sys.stderr.flush()
