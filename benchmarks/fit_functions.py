"""The coefficients in `seqzoo/layers/kernels/math.py`: polynomials of least relative error.

    python -m benchmarks.fit_functions

Lawson's reweighted least squares in 50 digits. Each fit minimises the greatest relative error of the
whole function, not of the part that the polynomial stands for: that is what its weight is for. Printed
are the coefficients, constant first, rounded to float32, and the greatest relative error of the fit in
units of float32's last place. Needs mpmath.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mpmath import mp, mpf

POINTS = 300  # where the error is looked at
ROUNDS = 60
ULP = mpf(2) ** -24


class Fit(NamedTuple):
    """What is fitted, and how.

    Attributes:
        target: the function of z that the polynomial is to be.
        weight: what an error of the target counts at z.
        low, high: ends of z.
        degree: of the polynomial.
    """

    target: Callable
    weight: Callable
    low: float
    high: float
    degree: int


def _exponential(r):
    """(e^r - 1 - r) / r^2."""
    return (mp.exp(r) - 1 - r) / r**2


def _logarithm(z):
    """(log((1 + s) / (1 - s)) - 2 s) / s^3, z = s^2."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3


def _softplus(z):
    """(2 atanh(v / 2) - v) / v^3, z = v^2."""
    v = mp.sqrt(z)
    return (2 * mp.atanh(v / 2) - v) / v**3


HALF = float(mp.log(2) / 2) + 1e-4  # a rounded product may lie a little beyond
ROOT = (np.sqrt(2) - 1) / (np.sqrt(2) + 1)
FITS = {
    "_EXPONENTIAL": Fit(_exponential, lambda r: r**2 / mp.exp(r), -HALF, HALF, 4),
    "_LOGARITHM": Fit(_logarithm, lambda z: z / (2 + z * _logarithm(z)), 1e-6, ROOT**2, 2),
    "_SOFTPLUS": Fit(_softplus, lambda z: z / (1 + z * _softplus(z)), 1e-5, 4 / 9, 4),
}


class Fitted(NamedTuple):
    """Coefficients, constant first, and the greatest weighted error."""

    coefficients: list
    error: float


def fit(of: Fit) -> Fitted:
    """The polynomial whose greatest weighted error is the least."""
    middle, half = mpf(of.low + of.high) / 2, mpf(of.high - of.low) / 2
    grid = [middle - half * mp.cos(mp.pi * (k + 0.5) / POINTS) for k in range(POINTS)]
    targets, weights = [of.target(z) for z in grid], [of.weight(z) for z in grid]
    emphasis, best = [mpf(1)] * POINTS, None
    for _ in range(ROUNDS):
        scales = [e * w**2 for e, w in zip(emphasis, weights, strict=True)]
        coefficients = _least_squares(grid, targets, scales, of.degree)
        errors = [
            abs(w * (mp.polyval(coefficients[::-1], z) - f))
            for z, f, w in zip(grid, targets, weights, strict=True)
        ]
        if best is None or max(errors) < best.error:
            best = Fitted(coefficients, max(errors))
        # Where the error is great, the next fit looks closer.
        emphasis = [e * error for e, error in zip(emphasis, errors, strict=True)]
        total = sum(emphasis)
        emphasis = [e / total for e in emphasis]
    return best


def _least_squares(grid, targets, scales, degree: int) -> list:
    """Coefficients with the least sum of scale (polynomial - target)^2."""
    size = degree + 1
    left, right = mp.matrix(size, size), mp.matrix(size, 1)
    for z, f, scale in zip(grid, targets, scales, strict=True):
        row = [z**k for k in range(size)]
        for i in range(size):
            right[i] += scale * row[i] * f
            for j in range(size):
                left[i, j] += scale * row[i] * row[j]
    return list(mp.lu_solve(left, right))


def main() -> None:
    mp.dps = 50
    for name, of in FITS.items():
        found = fit(of)
        numbers = ", ".join(repr(float(np.float32(float(c)))) for c in found.coefficients)
        print(f"{name} = {numbers}  # {float(found.error / ULP):.3f} ulp")


if __name__ == "__main__":
    main()
