"""The kernels' functions at every exponent: errors, symmetry, and what no number or infinity gives.

TensorFlow's threads take subnormal numbers for 0, these tests' thread does not.
"""

import numpy as np
import pytest

from tests.fuzz.functions import NAMES, WIDER, compute, errors, numbers

MOST = 4.0  # units in the last place
BLOCK = 2**16  # fits a cache
SEEDS = range(20)


def precise(dtype):
    """Skip where no type is wide enough to hold exact values."""
    if np.finfo(WIDER[dtype]).eps > np.finfo(dtype).eps / 1000:
        pytest.skip("long double is no wider than double here")


def check(name, x):
    found = errors(name, x)
    worst = np.argmax(found)
    assert found[worst] <= MOST, f"{name}({x[worst]!r}): {found[worst]} ulp"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_every_exponent(name, dtype):
    precise(dtype)
    check(name, numbers(dtype, 2000 if dtype == "float32" else 100, 0))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_where_results_change_most(name, dtype):
    precise(dtype)
    generator = np.random.default_rng(0)
    check(name, generator.uniform(-110, 110, 100_000).astype(dtype))
    check(name, generator.uniform(-1, 1, 100_000).astype(dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tanh_is_odd_within_one_and_near_zero_the_identity(dtype):
    x = numbers(dtype, 500, 1)
    y = compute("tanh", x)
    integer = f"uint{8 * x.itemsize}"
    real = ~np.isnan(x)
    mirrored = -compute("tanh", -x)
    np.testing.assert_array_equal(
        mirrored[real].view(integer), y[real].view(integer)
    )  # -0 too
    assert np.nanmax(np.abs(y)) == 1
    small = np.abs(x) < np.sqrt(np.finfo(dtype).eps) / 4
    np.testing.assert_allclose(y[small], x[small], rtol=2 * np.finfo(dtype).eps, atol=0)


def test_exponential_ends_where_float32_ends():
    x = np.array(
        [88.7228, 88.7229, 89, 1e30, -87.4, -103.97, -103.98, -104, -1e30], np.float32
    )
    y = compute("exponential", x)
    assert np.isfinite(y[0]) and np.isposinf(y[1:4]).all()
    assert 0 < y[4] < np.finfo(np.float32).tiny and y[5] == np.float32(2.0**-149)
    np.testing.assert_array_equal(y[6:], 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_seventh_float32(name):
    for start in range(0, 2**32, 7 * BLOCK):
        end = min(start + 7 * BLOCK, 2**32)
        check(name, np.arange(start, end, 7, dtype=np.uint32).view(np.float32))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_exponent_of_float64_at_length(name, seed):
    precise("float64")
    check(name, numbers("float64", 500, seed))
