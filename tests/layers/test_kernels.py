"""The parts of the compiled loop that can be tested alone."""

import gc
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqzoo.layers import output
from seqzoo.layers.kernels import gemm, memory, softmax


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
    a, b = (
        generator.standard_normal(s).astype(dtype)
        for s in ((rows, depth), (depth, columns))
    )
    out = generator.standard_normal((rows + 1, gemm.padded(columns))).astype(dtype)
    before = out.copy()
    gemm.add_product(rows, a, 0, 0, gemm.as_packed(b), out, 0, 0)
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(
        out[:rows, :columns], before[:rows, :columns] + a @ b, atol=tolerance
    )
    np.testing.assert_array_equal(out[rows], before[rows])  # not a row more
    padded = np.zeros((rows, gemm.padded(columns)), dtype)
    padded[:, :columns] = b[:1]
    sums, zeros = (
        np.full((depth, gemm.padded(columns)), np.nan, dtype),
        np.zeros(gemm.padded(columns), dtype),
    )
    gemm.add_transposed(rows, a, 0, 0, padded, 0, sums, zeros)  # set
    np.testing.assert_allclose(sums[:, :columns], a.T @ padded[:, :columns], atol=tolerance)
    gemm.add_transposed(rows, a, 0, 0, padded, 0, sums, zeros[:0])  # added to
    np.testing.assert_allclose(
        sums[:, :columns], 2 * a.T @ padded[:, :columns], atol=2 * tolerance
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [gemm.COLUMNS, gemm.MANY_COLUMNS + gemm.COLUMNS])
@pytest.mark.parametrize("units", [gemm.FEW_ROWS - 1, gemm.FEW_ROWS, gemm.FEW_ROWS + 5])
def test_transposed_products_of_parts(units, columns, dtype):
    """Copied or not, from rows and columns further on; what is beside them plays no part."""
    random, depth = np.random.default_rng(0), 37
    a = random.standard_normal((depth + 3, units + 7)).astype(dtype)
    b = random.standard_normal((depth, columns + gemm.COLUMNS)).astype(dtype)
    expected = a[3:, 5 : 5 + units].astype(float).T @ b[:, 9 : 9 + columns]
    out, zeros = np.full((units, columns), np.nan, dtype), np.zeros(columns, dtype)
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    gemm.add_transposed(depth, a, 3, 5, b, 9, out, zeros)  # set
    np.testing.assert_allclose(out, expected, atol=tolerance)
    gemm.add_transposed(depth, a, 3, 5, b, 9, out, zeros[:0])  # added to
    np.testing.assert_allclose(out, 2 * expected, atol=2 * tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_products_with_a_matrix_that_is_not_packed(dtype, rows):
    """Also of a part of a wider matrix' columns, the last of which end where its memory does."""
    random, columns = np.random.default_rng(0), 2 * gemm.COLUMNS
    whole = random.standard_normal((7, 3 * gemm.COLUMNS)).astype(dtype)
    a, start = random.standard_normal((rows, 7)).astype(dtype), np.zeros(columns, dtype)
    for b in (
        whole[:, :columns],
        whole[:, -columns:],
        np.ascontiguousarray(whole[:, :columns]),
    ):
        out = np.empty((rows, columns), dtype)
        gemm.product(rows, a, gemm.as_it_is(b), start, out, 0)
        np.testing.assert_allclose(
            out, a @ b, rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-5
        )


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
from seqzoo.layers.kernels import batch, step
f = lambda *s: np.ones(s, "float32")
d = batch.Direction(f(64, 256), f(64, 256), f(256), f(32, 64), f(32, 64), False)
call = batch.Call(step.LSTM, True, False, False, 2)
once = lambda: batch.Batch(call, f(32, 100, 64), None, [d]).forward(True)
once()
assert batch.pool.cache_info().currsize == 1  # two threads were used
child = os.fork()
signal.alarm(60)
once()
if child:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_a_forked_process_has_threads_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize(
    ("dtype", "rows", "size", "classes"),
    [
        ("float64", 7, 5, 700),
        ("float64", 1, 3, 2),
        ("float32", 33, 70, 1000),
        ("float64", 13, 64, 256),
    ],
)
def test_cross_entropy(by_class, dtype, rows, size, classes):
    """Losses and gradients against NumPy's in float64, on one thread and on three."""
    random, tolerance = np.random.default_rng(0), 1e-4 if dtype == "float32" else 1e-12
    x, bias = (
        random.standard_normal((rows, size)).astype(dtype),
        random.standard_normal(classes).astype(dtype),
    )
    weights = 3 * random.standard_normal(
        (classes, size) if by_class else (size, classes)
    ).astype(dtype)
    matrix = weights.T if by_class else weights
    targets = random.integers(0, classes, rows).astype(np.int32)
    upstream = random.standard_normal(rows).astype(dtype)
    scores = x.astype(float) @ matrix + bias
    scores -= scores.max(axis=1, keepdims=True)
    log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    d = np.exp(log_probs)
    d[np.arange(rows), targets] -= 1
    d *= upstream[:, None]
    for threads in (1, 3):
        losses, saved = softmax.forward(x, matrix, bias, targets, threads)
        np.testing.assert_allclose(
            losses, -log_probs[np.arange(rows), targets], atol=tolerance
        )
        found = softmax.backward(x, matrix, targets, saved, upstream, by_class, threads)
        d_weights = x.T.astype(float) @ d
        for got, expected in zip(
            found,
            (d @ matrix.T, d_weights.T if by_class else d_weights, d.sum(0)),
            strict=True,
        ):
            assert got.shape == expected.shape
            np.testing.assert_allclose(got, expected, atol=30 * tolerance)


def test_cross_entropy_of_scores_that_are_far_apart():
    x, weights = np.ones((2, 1), np.float32), np.array([[1e4, -1e4, 0.0]], np.float32)
    losses, saved = softmax.forward(
        x, weights, np.zeros(3, np.float32), np.array([0, 1], np.int32), 1
    )
    np.testing.assert_allclose(losses, [0, 2e4])
    gradients = softmax.backward(
        x, weights, np.array([0, 1], np.int32), saved, np.ones(2, np.float32), False, 1
    )
    np.testing.assert_allclose(gradients[2], [1, -1, 0], atol=1e-30)
    with pytest.raises(ValueError, match="expected ids from 0 to 2; got -1 to 3"):
        softmax.forward(x, weights, np.zeros(3, np.float32), np.array([3, -1], np.int32), 1)


def test_cross_entropy_of_classes_that_are_impossible_and_of_no_rows():
    x, weights, bias = np.ones((2, 3), np.float64), np.ones((3, 1200)), np.zeros(1200)
    bias[:600] = -np.inf
    targets = np.array([700, 1199], np.int32)
    losses, saved = softmax.forward(x, weights, bias, targets, 2)
    np.testing.assert_allclose(losses, np.log(600))
    dx, d_weights, d_bias = softmax.backward(
        x, weights, targets, saved, np.ones(2), False, 2
    )
    assert np.isfinite(dx).all() and not d_weights[:, :600].any() and not d_bias[:600].any()
    np.testing.assert_allclose(
        d_bias[[600, 700, 1199]], [2 / 600, 2 / 600 - 1, 2 / 600 - 1]
    )
    losses, saved = softmax.forward(x[:0], weights, bias, targets[:0], 2)
    assert losses.shape == (0,)
    dx, d_weights, d_bias = softmax.backward(
        x[:0], weights, targets[:0], saved, np.ones(0), True, 2
    )
    assert (
        dx.shape == (0, 3)
        and d_weights.shape == (1200, 3)
        and not d_weights.any()
        and not d_bias.any()
    )


@pytest.mark.parametrize("way", ["compiled", "plain"])
@pytest.mark.parametrize("by_class", [False, True])
def test_cross_entropy_in_tensorflow(way, by_class, monkeypatch):
    if way == "plain":
        monkeypatch.setattr(output, "unavailable", lambda: "asked for")
    random = np.random.default_rng(0)
    shapes = ((6, 4), (9, 4) if by_class else (4, 9), (9,))
    arrays = [tf.constant(random.standard_normal(s)) for s in shapes]
    targets = tf.constant(random.integers(0, 9, 6), tf.int32)

    @tf.function
    def run(x, weights, bias):
        with tf.GradientTape() as tape:
            tape.watch([x, weights, bias])
            total = tf.reduce_sum(
                output.cross_entropy(x, weights, bias, targets, by_class=by_class) ** 2
            )
        return total, tape.gradient(total, [x, weights, bias])

    total, gradients = run(*arrays)
    for place, gradient in enumerate(gradients):
        index = tuple(random.integers(0, s) for s in shapes[place])
        found = []
        for step in (1e-6, -1e-6):
            moved = [a.numpy() for a in arrays]
            moved[place][index] += step
            found.append(float(run(*map(tf.constant, moved))[0]))
        assert float(gradient[index]) == pytest.approx(
            (found[0] - found[1]) / 2e-6, rel=1e-5
        )
    scores = arrays[0] @ (tf.transpose(arrays[1]) if by_class else arrays[1]) + arrays[2]
    expected = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, scores) ** 2
    assert float(total) == pytest.approx(float(tf.reduce_sum(expected)), rel=1e-12)
