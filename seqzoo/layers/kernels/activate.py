"""Activations of rows of gates.

Wide rows are worked on one at a time, while they are in the cache. Of narrow ones, with less than
`NARROW` units, all rows are worked on together, since few columns do not fill a vector.
"""

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.gemm import FIRST
from seqzoo.layers.kernels.math import sigmoid, tanh

NARROW = 12


@compiled
def rows_at_once(n: int, units: int) -> int:
    """How many of n rows are worked on together."""
    return n if units < NARROW else 1


@compiled
def each_sigmoid(a: np.ndarray) -> None:
    """Put a vector through sigmoid, in place."""
    for j in range(a.size):
        a[j] = sigmoid(a[j])


@compiled
def each_tanh(a: np.ndarray) -> None:
    """Put a vector through tanh, in place."""
    for j in range(a.size):
        a[j] = tanh(a[j])


@compiled
def take_unit(
    n: int, a: np.ndarray, first: int, unit: int, units: int, out: np.ndarray
) -> None:
    """One unit of n rows of `a` from `first` on: out[k n + r] = a[first + r, k units + unit]."""
    for r in range(n):
        for k in range(out.size // n):
            out[k * n + r] = a[first + r, k * units + unit]


@compiled
def put_unit(
    n: int, values: np.ndarray, a: np.ndarray, first: int, unit: int, units: int
) -> None:
    """The way back of `take_unit`."""
    for r in range(n):
        for k in range(values.size // n):
            a[first + r, k * units + unit] = values[k * n + r]


@compiled
def sigmoids(n: int, first: int, a: np.ndarray, begin: int, end: int) -> None:
    """Put n rows of `a` from `first` on, columns `begin` to `end`, through sigmoid."""
    if n == 1:
        each_sigmoid(a[first, begin:end])
        return
    column = np.empty(n, a.dtype)
    for j in range(begin, end):
        take_unit(n, a, first, j, FIRST, column)
        each_sigmoid(column)
        put_unit(n, column, a, first, j, FIRST)


@compiled
def tanhs(n: int, first: int, a: np.ndarray, begin: int, end: int) -> None:
    """Put n rows of `a` from `first` on, columns `begin` to `end`, through tanh."""
    if n == 1:
        each_tanh(a[first, begin:end])
        return
    column = np.empty(n, a.dtype)
    for j in range(begin, end):
        take_unit(n, a, first, j, FIRST, column)
        each_tanh(column)
        put_unit(n, column, a, first, j, FIRST)
