"""Exponential, sigmoid and tanh for the compiler to turn into vectors; float32 to 2e-7, float64 to 1e-15."""

import math

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from seqzoo.layers.kernels import compiled

_MAGIC = np.float32(1.5 * 2**23)  # adding it rounds to a whole number, held in the lowest bits
_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_ONE, _LIMIT = np.float32(1), np.float32(87)
_TAYLOR = tuple(np.float32(1 / math.factorial(n)) for n in range(7, 1, -1))


@intrinsic
def _power_of_two(_, rounded):
    """2**n for a float32 `n + _MAGIC`, by moving n's bits into the exponent."""

    def emit(context, builder, signature, args):
        integer = ir.IntType(32)
        bits = builder.shl(builder.bitcast(args[0], integer), integer(23))
        return builder.bitcast(builder.add(bits, integer(127 << 23)), ir.FloatType())

    return types.float32(types.float32), emit


@compiled
def _exponential(x):
    """e**x for float32 by powers of two and a polynomial; beyond 87 on either side that of 87."""
    x = _LIMIT if x > _LIMIT else -_LIMIT if x < -_LIMIT else x  # a NaN stays one
    rounded = x * _LOG2_E + _MAGIC
    n = rounded - _MAGIC
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    a7, a6, a5, a4, a3, a2 = _TAYLOR
    p = ((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2
    return (p * r * r + r + _ONE) * _power_of_two(rounded)


@compiled
def _sigmoid(x):
    """1 / (1 + e**-x) for float32."""
    return _ONE / (_ONE + _exponential(-x))


@compiled
def _tanh(x):
    """2 sigmoid(2x) - 1 for float32; the error is absolute, as the sums it goes into ask for."""
    s = _sigmoid(x + x)
    return s + s - _ONE


def exponential(x):
    """e**x, for float32 at most e**87 and at least e**-87."""


def sigmoid(x):
    """1 / (1 + e**-x)."""


def tanh(x):
    """(e**x - e**-x) / (e**x + e**-x)."""


@overload(exponential)
def _exponential_of(x):
    return (lambda x: _exponential(x)) if x == types.float32 else (lambda x: math.exp(x))


@overload(sigmoid)
def _sigmoid_of(x):
    return (lambda x: _sigmoid(x)) if x == types.float32 else (lambda x: 1.0 / (1.0 + math.exp(-x)))


@overload(tanh)
def _tanh_of(x):
    return (lambda x: _tanh(x)) if x == types.float32 else (lambda x: math.tanh(x))
