"""The parts of the compiled loop that can be tested alone."""

import gc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from seqzoo.layers.kernels import gemm, math, memory


@settings(deadline=None)  # the first example compiles
@given(
    rows=st.integers(1, 20),
    depth=st.integers(1, 40),
    columns=st.integers(1, 300),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 1000),
)
def test_products(rows, depth, columns, dtype, seed):
    generator = np.random.default_rng(seed)
    a, b = (generator.standard_normal(s).astype(dtype) for s in ((rows, depth), (depth, columns)))
    out = generator.standard_normal((rows + 1, gemm.padded(columns))).astype(dtype)
    before = out.copy()
    gemm.add_product(rows, a, 0, 0, gemm.pack(b), out, 0, 0)
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(out[:rows, :columns], before[:rows, :columns] + a @ b, atol=tolerance)
    np.testing.assert_array_equal(out[rows], before[rows])  # not a row more
    sums = np.zeros((depth, gemm.padded(columns)), dtype)
    padded = np.zeros((rows, gemm.padded(columns)), dtype)
    padded[:, :columns] = b[:1]
    gemm.add_transposed(rows, a, 0, 0, padded, 0, sums)
    np.testing.assert_allclose(sums[:, :columns], a.T @ padded[:, :columns], atol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-7), ("float64", 1e-15)])
def test_activations(dtype, tolerance):
    @njit
    def both(x, s, t):
        for i in range(x.size):
            s[i], t[i] = math.sigmoid(x[i]), math.tanh(x[i])

    x = np.concatenate([np.linspace(-30, 30, 100_001), [-1e30, 1e30, -np.inf, np.inf]]).astype(dtype)
    s, t = np.empty_like(x), np.empty_like(x)
    both(x, s, t)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(s, 1 / (1 + np.exp(-x.astype("float64"))), atol=tolerance, rtol=0)
    np.testing.assert_allclose(t, np.tanh(x.astype("float64")), atol=tolerance, rtol=0)
    nothing = np.full(1, np.nan, dtype)
    both(nothing, s, t)
    assert np.isnan(s[0]) and np.isnan(t[0])


def test_memory_is_used_again_only_when_no_view_of_it_is_left():
    first = memory.empty((1000, 7), "float32")
    assert first.ctypes.data % 64 == 0
    place, view = first.ctypes.data, first[500:].T
    del first
    gc.collect()
    assert memory.empty((1000, 7), "float32").ctypes.data != place
    del view
    gc.collect()
    taken = [memory.empty((1000, 7), "float32") for _ in range(3)]
    assert place in [a.ctypes.data for a in taken]
    assert len({a.ctypes.data for a in taken}) == 3
