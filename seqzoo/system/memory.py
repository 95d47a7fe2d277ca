"""The C library's heap: keep what is freed, for the next training step to use.

A step's large tensors are freed at its end. glibc hands such memory back to the system at once, and the next
step gets fresh pages, each of which the kernel fills with zeros first: on virtual machines half of a
step's time and more.
"""

import ctypes
import logging
import sys

log = logging.getLogger("seqzoo")

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # malloc.h
_LARGEST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell glibc's malloc to keep what is freed; returns whether that could be done.

    The process then holds on to the most that it ever used at once. Elsewhere than on Linux with glibc
    nothing is changed; the log `seqzoo` says so.
    """
    mallopt = (
        getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    )
    # No block of its own for a large tensor, none handed back, 64 MB more than asked for at a time.
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _LARGEST), (_TOP_PAD, 64 * 2**20))
    done = mallopt is not None and all(
        [mallopt(name, value) == 1 for name, value in settings]
    )
    if not done:
        log.info("freed memory goes back to the system: no glibc")
    return done
