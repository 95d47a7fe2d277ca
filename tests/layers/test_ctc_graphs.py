"""The loss of connectionist temporal classification in TensorFlow's graphs: open shapes, XLA, errors."""

import numpy as np
import pytest
import tensorflow as tf

from seqzoo.layers import ctc, ctc_loss
from tests.layers.ctc_cases import cases, expected

OPEN = [
    tf.TensorSpec((None, None, 4)),
    tf.TensorSpec((None, None), tf.int32),
    tf.TensorSpec((None,), tf.int32),
    tf.TensorSpec((None,), tf.int32),
]


def with_gradient(logits, *given):
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = ctc_loss(logits, *given)
    return loss, tape.gradient(loss, logits)


def given(seed=0, count=24):
    logits, *rest = cases(seed, count)
    return logits.astype("float32"), *rest


@pytest.mark.parametrize("own", [False, True], ids=["layer", "plain operations"])
def test_open_shapes(own, monkeypatch):
    if own:
        monkeypatch.setattr(ctc, "_fused", lambda: None)
    graph = tf.function(with_gradient, input_signature=OPEN)
    for seed, count in ((0, 24), (1, 5)):
        found = graph(*given(seed, count))
        wanted = expected(*given(seed, count))
        for got, exact in zip(found, wanted, strict=True):
            np.testing.assert_allclose(got, exact, rtol=5e-6, atol=5e-6)


def test_xla_compiles_the_plain_loop():
    found = tf.function(with_gradient, jit_compile=True)(*map(tf.constant, given()))
    for got, exact in zip(found, expected(*given()), strict=True):
        np.testing.assert_allclose(got, exact, rtol=5e-6, atol=5e-6)


def test_labels_that_do_not_fit_are_an_error_as_the_graph_runs():
    logits, labels, frames, counts = given()
    labels[7], counts[7] = 9, 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="got 9 in row 7, place 0"):
        tf.function(with_gradient, input_signature=OPEN)(logits, labels, frames, counts)


@pytest.mark.parametrize("row, value", [(1, 7), (2, -1)])
def test_labels_that_do_not_fit_have_no_loss_in_compiled_code(row, value):
    logits, labels, frames, counts = given()
    frames[row] = value
    loss, _ = tf.function(with_gradient, jit_compile=True)(
        *map(tf.constant, (logits, labels, frames, counts))
    )
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(loss)), [row])


def test_second_derivatives_are_refused():
    logits, *rest = given()
    x = tf.Variable(logits)
    with tf.GradientTape() as outer:
        _, slope = with_gradient(x, *rest)
        total = tf.reduce_sum(slope)
    with pytest.raises(NotImplementedError, match="second derivatives of ctc_loss"):
        outer.gradient(total, x)


def test_threads_share_the_rows(monkeypatch):
    """Large enough for more than one."""
    from seqzoo.layers.kernels import ctc as kernel

    logits, *rest = cases(0, count=9)
    one = kernel.losses(logits, *rest, 0, 1)
    monkeypatch.setattr(kernel, "SMALL", 1)
    for threads in (2, 4, 20):
        for alone, shared in zip(
            one, kernel.losses(logits, *rest, 0, threads), strict=True
        ):
            np.testing.assert_array_equal(alone, shared)
