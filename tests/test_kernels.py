"""The parts of the compiled loop that can be tested alone."""

import gc
import subprocess
import sys

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


def test_memory_of_sizes_long_unused_is_let_go(monkeypatch):
    monkeypatch.setattr(memory, "_waiting", {})
    monkeypatch.setattr(memory, "_held", 0)
    monkeypatch.setattr(memory, "LIMIT", 105_000)
    for size in (10_000, 20_000, 30_000, 50_000, 20_000):
        del [memory.empty((size,), "uint8")][0]
        gc.collect()
    sizes = [room // 10_000 for room, blocks in memory._waiting.items() for _ in blocks]
    assert memory._held <= 105_000
    assert sizes == [3, 5, 2]  # in the order of their last use; the smallest was let go


FORK = """
import os, signal
import numpy as np
from seqzoo.layers.kernels import run, sequence
f = lambda *s: np.ones(s, "float32")
d = run.Direction(f(64, 256), f(64, 256), f(256), f(32, 64), f(32, 64), False)
call = run.Call(sequence.LSTM, True, False, False, 2)
step = lambda: run.Batch(call, f(32, 100, 64), None, [d]).forward(True)
step()
assert run._pool.cache_info().currsize == 1  # two threads were used
child = os.fork()
signal.alarm(60)
step()
if child:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_a_forked_process_has_threads_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
