"""Activations for the compiler to turn into vectors, accurate relative to the result.

Errors are in `docs/design/reliability.md`.

A quiet network, or data that are not scaled, live where tanh(x) is about x and a shut gate is about e^x.
An error that is small beside 1 may be large beside these, so no formula here subtracts two numbers that
are nearly the same. The functions of float32 have no branch and call nothing: a choice between two
numbers becomes a selection. Those of float64 call the C library, one number at a time.

The coefficients are those that `python -m benchmarks.fit_functions` prints.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from seqzoo.layers.kernels import compiled


def _constants(*numbers):
    return tuple(np.float32(number) for number in numbers)


_MAGIC = np.float32(
    1.5 * 2**23
)  # adding it rounds to a whole number, held in the lowest bits
_MAGIC_BITS = 0x4B400000
_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = _constants(
    0.693359375, -2.12194440e-4
)  # the first times 150 is exact
_ZERO, _ONE, _TWO = _constants(0, 1, 2)
_INFINITY, _NAN = _constants(np.inf, np.nan)
_TINY, _GROWN = _constants(
    2.0**-126, 2.0**23
)  # the least normal number; what makes a subnormal one normal

_OVERFLOW, _UNDERFLOW = _constants(89, -104)  # beyond them e^x is infinity, and 0
_EXPONENTIAL = _constants(
    0.4999999403953552,
    0.1666652113199234,
    0.04166838899254799,
    0.008368730545043945,
    0.0013814566191285849,
)
_SATURATED = np.float32(18.04)  # tanh of half of it is 1
_LOGARITHM = _constants(0.6666677594184875, 0.39977574348449707, 0.2987094223499298)
_SOFTPLUS = _constants(
    0.0833333432674408, 0.012499652802944183, 0.0022356717381626368, 0.0004185691359452903,
    0.00011860137601615861,
)  # fmt: skip

_RAISED, _LOWERED = _constants(
    24, 2.0**-24
)  # by the first 2**n is normal while the product is subnormal

# Below, what compiled code calls by its plain name is found by `overload`; Python has no body to run.
_COMPILED_ALONE = "for compiled code alone"

_INTEGER, _FLOAT = ir.IntType(32), ir.FloatType()
_HALF_ROOT_BITS = 0x3F3504F3  # of the float32 sqrt(1/2)


@intrinsic
def _times_power_of_two(_, p, rounded):
    """p 2**n for n from -151 to 128, given `rounded`, n + _MAGIC: by two factors, as 2**n may be no float."""

    def emit(context, builder, signature, args):
        n = builder.sub(builder.bitcast(args[1], _INTEGER), _INTEGER(_MAGIC_BITS))
        half = builder.ashr(n, _INTEGER(1))
        product = args[0]
        for part in (half, builder.sub(n, half)):
            bits = builder.shl(builder.add(part, _INTEGER(127)), _INTEGER(23))
            product = builder.fmul(product, builder.bitcast(bits, _FLOAT))
        return product

    return types.float32(types.float32, types.float32), emit


@intrinsic
def power_of_two(_: Any, rounded: Any) -> tuple:
    """2**n for n from -126 to 127, given n + _MAGIC; n's bits become the exponent."""

    def emit(context, builder, signature, args):
        bits = builder.shl(builder.bitcast(args[0], _INTEGER), _INTEGER(23))
        return builder.bitcast(builder.add(bits, _INTEGER(127 << 23)), _FLOAT)

    return types.float32(types.float32), emit


@intrinsic
def _with_sign(_, size, of):
    """The size of one number, the sign of another."""

    def emit(context, builder, signature, args):
        kind = ir.FunctionType(_FLOAT, [_FLOAT, _FLOAT])
        copysign = builder.module.declare_intrinsic("llvm.copysign", [_FLOAT], kind)
        return builder.call(copysign, args)

    return types.float32(types.float32, types.float32), emit


@intrinsic
def _exponent(_, x):
    """k of x = m 2**k, m from sqrt(1/2) to sqrt(2), as a float32; x is normal and above 0."""

    def emit(context, builder, signature, args):
        above = builder.sub(builder.bitcast(args[0], _INTEGER), _INTEGER(_HALF_ROOT_BITS))
        return builder.sitofp(builder.ashr(above, _INTEGER(23)), _FLOAT)

    return types.float32(types.float32), emit


@intrinsic
def _mantissa(_, x):
    """m of the same."""

    def emit(context, builder, signature, args):
        above = builder.sub(builder.bitcast(args[0], _INTEGER), _INTEGER(_HALF_ROOT_BITS))
        bits = builder.add(
            builder.and_(above, _INTEGER((1 << 23) - 1)), _INTEGER(_HALF_ROOT_BITS)
        )
        return builder.bitcast(bits, _FLOAT)

    return types.float32(types.float32), emit


@compiled
def _reduced(x):
    """e**x = (1 + p) 2**n: p, and n + _MAGIC."""
    rounded = x * _LOG2_E + _MAGIC
    n = rounded - _MAGIC
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    a2, a3, a4, a5, a6 = _EXPONENTIAL
    q = (((a6 * r + a5) * r + a4) * r + a3) * r + a2
    return q * r * r + r, rounded


@compiled
def _exponential(x):
    x = _OVERFLOW if x > _OVERFLOW else _UNDERFLOW if x < _UNDERFLOW else x
    p, rounded = _reduced(x)
    return _times_power_of_two(p + _ONE, rounded)


@compiled
def _decay(x):
    """e**-|x|, down to the least subnormal number."""
    x = -abs(x)
    x = _UNDERFLOW if x < _UNDERFLOW else x
    p, rounded = _reduced(x)
    return (p + _ONE) * power_of_two(rounded + _RAISED) * _LOWERED


@compiled
def _sigmoid(x):
    e = _decay(x)
    return (e if x < _ZERO else _ONE) / (_ONE + e)


@compiled
def _tanh(x):
    """E / (E + 2) with the sign of x, E = e**2|x| - 1 = 2**n (p - 1) + (2**n - 1)."""
    doubled = abs(x + x)
    doubled = _SATURATED if doubled > _SATURATED else doubled
    rest, rounded = _reduced(doubled)
    power = power_of_two(rounded)
    grown = power * rest + (power - _ONE)
    return _with_sign(grown, x) / (grown + _TWO)


@compiled
def _logarithm(x):
    """k log 2 + log m, x = m 2**k; f = m - 1, s = f / (2 + f): log m = 2 atanh s = f - s (f - R(s^2))."""
    normal = x * _GROWN if x < _TINY else x
    k = _exponent(normal) - (np.float32(23) if x < _TINY else _ZERO)
    f = _mantissa(normal) - _ONE
    s = f / (_TWO + f)
    z = s * s
    a1, a2, a3 = _LOGARITHM
    y = k * _LN2_HIGH + (f - (s * (f - z * ((a3 * z + a2) * z + a1)) - k * _LN2_LOW))
    y = x if x == _INFINITY else y
    return y if x > _ZERO else -_INFINITY if x == _ZERO else _NAN


@compiled
def _softplus(x):
    """max(x, 0) + log(1 + e), e = e**-|x|; log(1 + e) = 2 atanh(v / 2), v = 2 e / (2 + e)."""
    e = _decay(x)
    v = (e + e) / (_TWO + e)
    z = v * v
    a1, a2, a3, a4, a5 = _SOFTPLUS
    y = v * z * ((((a5 * z + a4) * z + a3) * z + a2) * z + a1) + v
    return (x if x > _ZERO else _ZERO) + y


@compiled
def _sigmoid_64(x):
    e = math.exp(-abs(x))
    return (e if x < 0.0 else 1.0) / (1.0 + e)


@compiled
def _logarithm_64(x):
    return math.log(x) if x > 0.0 else -np.inf if x == 0.0 else np.nan


@compiled
def _softplus_64(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


def exponential(x: float) -> float:
    """e**x: infinity where it is too great, and through the subnormal numbers to 0."""
    raise NotImplementedError(_COMPILED_ALONE)


def sigmoid(x: float) -> float:
    """1 / (1 + e**-x); where x is far below 0, about e**x."""
    raise NotImplementedError(_COMPILED_ALONE)


def tanh(x: float) -> float:
    """(e**x - e**-x) / (e**x + e**-x); near 0 about x, and odd."""
    raise NotImplementedError(_COMPILED_ALONE)


def logarithm(x: float) -> float:
    """log(x); of 0 it is minus infinity, of what is below 0 no number."""
    raise NotImplementedError(_COMPILED_ALONE)


def softplus(x: float) -> float:
    """log(1 + e**x); where x is far below 0, about e**x."""
    raise NotImplementedError(_COMPILED_ALONE)


@overload(exponential)
def _exponential_of(x):
    return (lambda x: _exponential(x)) if x == types.float32 else (lambda x: math.exp(x))


@overload(sigmoid)
def _sigmoid_of(x):
    return (lambda x: _sigmoid(x)) if x == types.float32 else (lambda x: _sigmoid_64(x))


@overload(tanh)
def _tanh_of(x):
    return (lambda x: _tanh(x)) if x == types.float32 else (lambda x: math.tanh(x))


@overload(logarithm)
def _logarithm_of(x):
    return (lambda x: _logarithm(x)) if x == types.float32 else (lambda x: _logarithm_64(x))


@overload(softplus)
def _softplus_of(x):
    return (lambda x: _softplus(x)) if x == types.float32 else (lambda x: _softplus_64(x))
