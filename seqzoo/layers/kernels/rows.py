"""Moving rows about."""

import numpy as np

from seqzoo.layers.kernels import compiled


@compiled
def take(x: np.ndarray, where: np.ndarray, first: int, last: int, out: np.ndarray) -> None:
    """out[i] = x[where[first + i]]."""
    for i in range(last - first):
        row = x[where[first + i]]
        for j in range(row.size):
            out[i, j] = row[j]


@compiled
def put_onto(rows: int, a: np.ndarray, base: np.ndarray, out: np.ndarray, at: int) -> None:
    """out[at + r] = a[r] + base for so many rows; what `a` is narrower stays base."""
    for r in range(rows):
        row, of = out[at + r], a[r]
        for j in range(of.size):
            row[j] = of[j] + base[j]
        for j in range(of.size, row.size):
            row[j] = base[j]


@compiled
def copy(rows: int, a: np.ndarray, first: int, out: np.ndarray, at: int) -> None:
    """out[at + r] = a[first + r] for so many rows."""
    for r in range(rows):
        for j in range(a.shape[1]):
            out[at + r, j] = a[first + r, j]


@compiled
def put(
    rows: int, a: np.ndarray, out: np.ndarray, where: np.ndarray, first: int, column: int
) -> None:
    """out[where[first + r]] = a[r], from `column` on."""
    for r in range(rows):
        row = out[where[first + r], column : column + a.shape[1]]
        for j in range(a.shape[1]):
            row[j] = a[r, j]


@compiled
def add(
    rows: int,
    a: np.ndarray,
    where: np.ndarray,
    first: int,
    column: int,
    width: int,
    out: np.ndarray,
) -> None:
    """out[r] += a[where[first + r]], so many columns of it from `column` on."""
    for r in range(rows):
        row = a[where[first + r], column : column + width]
        for j in range(width):
            out[r, j] += row[j]


@compiled
def repeat(y: np.ndarray, mask: np.ndarray, reverse: bool, column: int, units: int) -> None:
    """Give masked steps the output before them, in the order of reading; zeros where there is none.

    Args:
        y: (batch, time, width), zeros at masked steps; changed from `column` on.
        mask: bool (batch, time).
    """
    time = mask.shape[1]
    for b in range(y.shape[0]):
        for i in range(1, time):
            t, before = (time - 1 - i, time - i) if reverse else (i, i - 1)
            if not mask[b, t]:
                now, earlier = (
                    y[b, t, column : column + units],
                    y[b, before, column : column + units],
                )
                for j in range(now.size):
                    now[j] = earlier[j]


@compiled
def repeat_back(
    dy: np.ndarray, mask: np.ndarray, reverse: bool, column: int, units: int
) -> None:
    """The way back of `repeat`: gradients at masked steps go to the step they repeat."""
    time = mask.shape[1]
    for b in range(dy.shape[0]):
        for i in range(time - 1, 0, -1):
            t, before = (time - 1 - i, time - i) if reverse else (i, i - 1)
            if not mask[b, t]:
                now, earlier = (
                    dy[b, t, column : column + units],
                    dy[b, before, column : column + units],
                )
                for j in range(now.size):
                    earlier[j] += now[j]
