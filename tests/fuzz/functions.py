"""Exact values of the kernels' functions, and errors in units of the last place.

A unit in the last place, ulp, is the distance of two neighbouring numbers of a type where the exact value
lies; among subnormal numbers it is the least of them.
"""

import numpy as np
from numba import njit

from seqzoo.layers.kernels import OPTIONS, math

NAMES = ("tanh", "sigmoid", "exponential", "logarithm", "softplus")
WIDER = {
    "float32": np.float64,
    "float64": np.longdouble,
}  # in which the exact value is worked out


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def _softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


EXACT = {
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "exponential": np.exp,
    "logarithm": np.log,
    "softplus": _softplus,
}


def over_arrays(function):
    """A kernel's function of one number as a loop over an array: (x, out), compiled as the kernels are."""

    @njit(**OPTIONS)
    def loop(x, out):
        for j in range(x.size):
            out[j] = function(x[j])

    return loop


COMPILED = {name: over_arrays(getattr(math, name)) for name in NAMES}


def compute(name: str, x):
    """What the kernels give for each number of x, float32 or float64 (n,)."""
    out = np.empty_like(x)
    COMPILED[name](x, out)
    return out


def errors(name: str, x):
    """Errors of the kernels' function in ulp, float64 (n,); infinite where a special value is wrong."""
    with np.errstate(all="ignore"):
        return in_ulp(compute(name, x), EXACT[name](x.astype(WIDER[x.dtype.name])))


def in_ulp(got, exact):
    """Errors of numbers (n,) beside exact ones of a wider type, float64 (n,)."""
    rounded = exact.astype(got.dtype)
    size = np.abs(rounded)
    # Where rounding went up to a power of two, the exact value's neighbours are half as far apart.
    size = np.where(
        (size > np.abs(exact)) & (size > 0), np.nextafter(size, size.dtype.type(0)), size
    )
    unit = np.spacing(size).astype(exact.dtype)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    finite = np.isfinite(rounded) & np.isfinite(got)
    found = np.where(finite, np.abs(got.astype(exact.dtype) - exact) / unit, np.inf)
    return np.where(same & ~np.isfinite(rounded), 0.0, found).astype(np.float64)


def numbers(dtype: str, mantissas: int, seed: int):
    """Numbers of every exponent of a type, subnormal ones too, of both signs, and the special ones."""
    generator = np.random.default_rng(seed)
    fraction = np.finfo(dtype).nmant
    integer = np.dtype(f"uint{8 * np.dtype(dtype).itemsize}")
    exponents = np.arange(2 ** (8 * integer.itemsize - 1 - fraction) - 1, dtype=integer)
    bits = exponents[:, None] << integer.type(fraction)
    drawn = generator.integers(0, 2**fraction, (len(exponents), mantissas), integer)
    drawn[:, 0], drawn[:, -1] = 0, 2**fraction - 1  # the ends of each exponent
    positive = (bits | drawn).ravel().view(dtype)
    return np.concatenate([positive, -positive, np.array([np.inf, -np.inf, np.nan], dtype)])
