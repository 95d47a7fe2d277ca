"""`keras.ops` in NumPy, as far as decoding needs it: all names that are not here are NumPy's own."""

from collections.abc import Callable
from typing import Any

import numpy as np

BLOCK = 64  # numbers; of 32 to 128 all do
FEW = 64  # numbers of a row, which are sorted sooner than the largest are found


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
    if many <= FEW:
        order = np.argsort(-x, axis=1, kind="stable")[:, :k]
        return x[np.arange(rows)[:, None], order], order.astype(np.int32)
    count = many // BLOCK  # whole blocks
    if count <= 2 * k:
        return _sorted(x, _largest(x, k))

    # The k largest are in the k blocks with the largest maxima, or in what is left behind all blocks.
    blocks = x[:, : count * BLOCK].reshape(rows, count, BLOCK)
    best = _largest(blocks.max(axis=2), k)  # (rows, k)
    members = blocks[np.arange(rows)[:, None], best].reshape(rows, k * BLOCK)
    members = np.concatenate([members, x[:, count * BLOCK :]], axis=1)
    values, places = _sorted(members, _largest(members, k))

    # Places among the members -> places in x.
    inside = np.minimum(places // BLOCK, k - 1)
    first = np.take_along_axis(best, inside, axis=1) * BLOCK
    moved = np.where(places < k * BLOCK, first - inside * BLOCK, (count - k) * BLOCK)
    return values, (places + moved).astype(np.int32)


def _largest(x: np.ndarray, k: int) -> np.ndarray:
    """Places of the k largest of each row, (rows, k), in rising order; of equals those that stand first."""
    rows, many = x.shape
    least = np.partition(x, many - k, axis=1)[:, many - k, None]  # the k-th largest
    chosen, equal = x > least, x == least
    left = k - chosen.sum(axis=1, keepdims=True)
    if equal.sum() > left.sum():
        equal &= equal.cumsum(axis=1) <= left
    return np.nonzero(chosen | equal)[1].reshape(rows, k)


def _sorted(x: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of x (rows, many) at places (rows, k), in falling order, and the places in that order."""
    values = np.take_along_axis(x, places, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    sorted_places = np.take_along_axis(places, order, axis=1).astype(np.int32)
    return np.take_along_axis(values, order, axis=1), sorted_places
