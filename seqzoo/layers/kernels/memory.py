"""Arrays whose memory is used again: fresh pages for each step's results cost a quarter of the step.

An array stays its holder's, TensorFlow included, until the last view of it is gone; only then does
its block wait for the next array of its size.
"""

import math
import threading
from typing import Any

import numpy as np

LIMIT = 2**28  # bytes that may wait
_lock = (
    threading.RLock()
)  # a block may come back while one is being taken, in the same thread
_waiting: dict[int, list] = {}  # size in bytes -> blocks, the size used last at the end
_held = 0  # bytes that wait


class _Lease:
    """Owns a block as long as an array lies in it."""

    def __init__(self, block):
        self.block = block
        self.__array_interface__ = {
            "version": 3,
            "shape": block.shape,
            "typestr": "|u1",
            "data": (_start(block), False),
        }

    def __del__(self):
        global _held
        if _lock is None:  # the interpreter is about to end
            return
        with _lock:
            _waiting.setdefault(self.block.size, []).append(self.block)
            _held += self.block.size
            while _held > LIMIT:  # the size longest unused goes first
                oldest = next(iter(_waiting))
                _held -= _waiting[oldest].pop().size
                if not _waiting[oldest]:
                    del _waiting[oldest]


def _start(block):
    return block.ctypes.data + -block.ctypes.data % 64


def empty(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Like `numpy.empty`, beginning at a multiple of 64 bytes: TensorFlow takes it without copying."""
    global _held
    size = int(math.prod(shape)) * np.dtype(dtype).itemsize
    room = _room(size)
    with _lock:
        blocks = _waiting.pop(room, [])
        block = blocks.pop() if blocks else None
        if block is not None:
            _held -= room
        if blocks:
            _waiting[room] = blocks  # now the size used last
    block = np.empty(room, np.uint8) if block is None else block
    return np.asarray(_Lease(block))[:size].view(dtype).reshape(shape)


def zeros(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Like `numpy.zeros`, from `empty`."""
    out = empty(shape, dtype)
    out.fill(0)
    return out


def _room(size):
    """Bytes of a block for `size`: a few sizes only, at most an eighth too large, so that they recur."""
    size += 64
    step = max(64, 2 ** (size.bit_length() - 4))
    return -(-size // step) * step
