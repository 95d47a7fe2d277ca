"""The compiled loop against an own float64 reference and against Keras."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import seqzoo.layers as ours
from tests.support.recurrence import KINDS, MASKS, gradients, layer, plain_loop, randomise
from tests.support.reference import CELLS, STATES, bidirectional, run


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    direction=st.sampled_from(["forward", "backward", "both"]),
    mask=st.sampled_from(sorted(MASKS)),
    sequences=st.booleans(),
    bias=st.booleans(),
    start=st.booleans(),
    sizes=st.tuples(
        st.integers(1, 9),
        st.integers(1, 8),
        st.integers(1, 5),
        st.sampled_from([1, 3, 17, 70]),
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_outputs_and_states_are_those_of_the_equations(
    kind, direction, mask, sequences, bias, start, sizes, seed
):
    (batch, time, features, units), generator = sizes, np.random.default_rng(seed)
    x = generator.standard_normal((batch, time, features))
    mask = MASKS[mask](batch, time, generator)
    count = STATES[kind] * (2 if direction == "both" else 1)
    first = (
        [generator.standard_normal((batch, units)) for _ in range(count)] if start else None
    )
    weights = None
    for dtype, tolerance in (("float64", 1e-10), ("float32", 1e-5)):
        tested = layer(
            kind,
            units,
            direction=direction,
            dtype=dtype,
            return_sequences=sequences,
            use_bias=bias,
        )
        tested.build(x.shape)
        if weights is None:
            weights = randomise(tested.get_weights(), generator)
        tested.set_weights(weights)
        states = None if first is None else [tf.constant(s, dtype) for s in first]
        got = tested(tf.constant(x, dtype), mask=mask, initial_state=states)
        expected = expect(kind, direction, x, mask, weights, first, sequences)
        assert tested.loop == "fused"
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def expect(kind, direction, x, mask, weights, first, sequences):
    mask = np.ones(x.shape[:2], bool) if mask is None else mask
    if direction == "both":
        return bidirectional(kind, x, mask, weights, first, sequences)
    output, states = run(
        kind, x, mask, weights, first, sequences, reverse=direction == "backward"
    )
    return [output, *states]


@pytest.mark.parametrize(
    ("kind", "direction", "mask", "sequences"),
    list(itertools.product(KINDS, ("forward", "backward", "both"), MASKS, (False, True))),
)
def test_gradients_are_those_of_the_plain_loop(kind, direction, mask, sequences):
    generator = np.random.default_rng(5)
    batch, time, features, units = 7, 6, 3, 5
    x, mask = (
        generator.standard_normal((batch, time, features)),
        MASKS[mask](batch, time, generator),
    )
    zero = {} if direction == "both" else {"zero_output_for_mask": kind != "lstm"}
    fast = layer(
        kind,
        units,
        direction=direction,
        dtype="float64",
        return_sequences=sequences,
        **zero,
    )
    count = STATES[kind] * (2 if direction == "both" else 1)
    states = [generator.standard_normal((batch, units)) for _ in range(count)]
    fast.build(x.shape)
    fast.set_weights(randomise(fast.get_weights(), generator))
    plain = plain_loop(fast, direction)
    plain.build(x.shape)
    plain.set_weights(fast.get_weights())
    expected = gradients(plain, x, mask, states)
    for training in (True, False):  # kept from the forward pass, or worked out again
        got = gradients(fast, x, mask, states, training)
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
    if mask is not None:
        assert not np.asarray(got[0])[~mask].any()


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_in_float32(kind):
    generator = np.random.default_rng(2)
    x = generator.standard_normal((40, 30, 70))
    precise, single = (
        layer(kind, 90, dtype=d, return_sequences=True) for d in ("float64", "float32")
    )
    precise.build(x.shape), single.build(x.shape)
    single.set_weights(randomise(single.get_weights(), generator))
    precise.set_weights(single.get_weights())
    states = [np.zeros((40, 90))] * STATES[kind]
    expected = gradients(precise, x, None, states)
    with_ = [s.astype("float32") for s in states]
    for a, b in zip(
        gradients(single, x.astype("float32"), None, with_), expected, strict=True
    ):
        assert np.abs(np.subtract(a, b)).max() <= 1e-4 * np.abs(b).max()


@pytest.mark.parametrize("kind", CELLS)
def test_a_batch_gives_bit_for_bit_what_its_rows_give(kind):
    generator = np.random.default_rng(0)
    tested = layer(kind, 40, return_sequences=True, direction="both")
    x, lengths = (
        generator.standard_normal((33, 9, 6)).astype("float32"),
        generator.integers(1, 10, 33),
    )
    mask = np.arange(9) < lengths[:, None]
    together = [np.asarray(a) for a in tested(x, mask=mask)]
    for row, length in enumerate(lengths):
        alone = [np.asarray(a) for a in tested(x[row : row + 1, :length])]
        np.testing.assert_array_equal(together[0][row, :length], alone[0][0])
        for a, b in zip(together[1:], alone[1:], strict=True):
            np.testing.assert_array_equal(a[row], b[0])


def test_threads_share_rows_and_directions(monkeypatch):
    from seqzoo.layers import fused

    generator = np.random.default_rng(0)
    x, mask = (
        generator.standard_normal((50, 40, 64)),
        np.arange(40) < generator.integers(1, 41, (50, 1)),
    )
    for direction in ("forward", "both"):
        tested = layer(
            "lstm", 64, direction=direction, dtype="float64", return_sequences=True
        )
        tested(x, mask=mask)
        states = [np.zeros((50, 64))] * (4 if direction == "both" else 2)
        results = []
        for threads in (1, 5):
            monkeypatch.setattr(fused, "threads", lambda n=threads: n)
            results.append([*tested(x, mask=mask), *gradients(tested, x, mask, states)])
        for a, b in zip(*results, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_a_thousand_steps():
    tested = layer("lstm", 16, return_sequences=False)
    x = np.random.default_rng(0).standard_normal((4, 1000, 8)).astype("float32")
    tested.build(x.shape)
    grads = gradients(tested, x, None, [np.zeros((4, 16), "float32")] * 2)
    clipped, norm = tf.clip_by_global_norm(grads[1:], 1.0)
    assert np.isfinite(norm)
    assert tf.linalg.global_norm(clipped) <= 1.0 + 1e-6


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_dropout_and_stateful_are_keras_own(kind, dropout):
    name, arguments = KINDS[kind]
    x = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
    results = []
    for library in (ours, keras.layers):
        tested = getattr(library, name)(
            6, dropout=dropout, seed=3, stateful=True, return_sequences=True, **arguments
        )
        tested.build(x.shape)
        tested.set_weights(randomise(tested.get_weights(), np.random.default_rng(1)))
        results.append([np.asarray(tested(x, training=True)) for _ in range(3)])
        tested.reset_state()
        results[-1].append(np.asarray(tested(x)))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert not np.allclose(results[0][0], results[0][1])  # the state went on


@pytest.mark.parametrize("merge", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("state", [False, True])
def test_bidirectional_merges_as_keras(merge, state):
    x = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], bool)
    pair = [
        library.Bidirectional(
            library.GRU(6, return_sequences=True, return_state=state), merge_mode=merge
        )
        for library in (ours, keras.layers)
    ]
    for one in pair:
        one.build(x.shape)
    pair[1].set_weights(pair[0].get_weights())
    got, expected = (tf.nest.flatten(one(x, mask=mask)) for one in pair)
    assert pair[0].loop == "fused"
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
