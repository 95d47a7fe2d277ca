"""`keras.ops` in NumPy, as far as decoding needs it: all names that are not here are NumPy's own.

Some of NumPy's own are written in Python, and check much: for a few numbers that takes longer than the work.
Those that decoding calls at each step are here in a form for the few cases that occur.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

BLOCK = 64  # numbers; of 32 to 128 all do


def __getattr__(name: str) -> Any:
    return getattr(np, name)


def cast(x: Any, dtype: Any) -> np.ndarray:
    """x, an array or a number, as an array of a type."""
    return np.asarray(x).astype(dtype, copy=False)


def cond(condition: Any, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
    """What one of two functions gives; the other is not called."""
    return yes() if condition else no()


def convert_to_tensor(x: Any, dtype: Any = None) -> np.ndarray:
    """x as an array, of a type if one is given."""
    return np.asarray(x, dtype)


def expand_dims(x: np.ndarray, axis: int) -> np.ndarray:
    """x with a further axis of size 1; `axis` is its place in the result, from -1 on."""
    if axis < 0:
        axis += x.ndim + 1
    return x.reshape(*x.shape[:axis], 1, *x.shape[axis:])


def take_along_axis(x: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    """Numbers of each row of x (rows, many) at the row's own places, int (rows, few): (rows, few).

    Args:
        axis: 1 or -1.
    """
    if x.ndim != 2 or axis not in (1, -1):
        return np.take_along_axis(x, indices, axis)
    return x[_rows(len(x)), indices]


def _rows(count: int) -> np.ndarray:
    """Numbers of rows as a column, int (rows, 1)."""
    return np.arange(count).reshape(count, 1)


def scatter_update(x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
    """A copy of x with other values in some places.

    Args:
        x: an array of rank n.
        indices: int (places, n).
        updates: (places,).
    """
    changed = x.copy()
    changed[tuple(indices.T)] = updates
    return changed


def top_k(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k largest of each row, in falling order; of equals the one that stands first comes first.

    Args:
        x: float (rows, many), without NaN; minus infinity may be there.
        k: at most `many`.

    Returns:
        Values (rows, k), and their places, int32 (rows, k).
    """
    rows, many = x.shape
    count = many // BLOCK  # whole blocks
    if count <= 2 * k:
        order = (-x).argsort(axis=1, kind="stable")[:, :k]
        return x[_rows(rows), order], order.astype(np.int32)

    # k blocks have maxima of this at least: the k largest of the row are not less.
    best = x[:, : count * BLOCK].reshape(rows, count, BLOCK).max(axis=2)
    best.partition(count - k, axis=1)
    (flat,) = (x >= best[:, count - k, None]).reshape(-1).nonzero()  # row by row, rising
    row, place = np.divmod(flat, many)
    values = x.reshape(-1)[flat]

    # Both sorts are stable: of equals the first stays first.
    order = np.lexsort((-values, row))
    starts = np.searchsorted(row, np.arange(rows)).reshape(rows, 1)
    chosen = order[starts + np.arange(k)]  # (rows, k)
    return values[chosen], place[chosen].astype(np.int32)
