"""The compiled loop against an own float64 reference, against Keras, and at its edges."""

import itertools
import logging

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import seqzoo.layers as ours
from tests.support.reference import CELLS, STATES, bidirectional, run

KINDS = {
    "simple_rnn": ("SimpleRNN", {}),
    "simple_rnn_relu": ("SimpleRNN", {"activation": "relu"}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "gru_reset_before": ("GRU", {"reset_after": False}),
}
MASKS = {
    "none": lambda b, t, g: None,
    "right": lambda b, t, g: np.arange(t) < g.integers(1, t + 1, (b, 1)),
    "left": lambda b, t, g: np.arange(t) >= g.integers(0, t, (b, 1)),
    "holes": lambda b, t, g: g.random((b, t)) < 0.6,
    "empty row": lambda b, t, g: (np.arange(b) > 0)[:, None] & (g.random((b, t)) < 0.8),
}


def layer(kind, units, library=ours, direction="forward", dtype="float32", **more):
    name, arguments = KINDS[kind]
    more |= arguments | {"return_state": True, "dtype": dtype}
    built = getattr(library, name)(units, go_backwards=direction == "backward", **more)
    return library.Bidirectional(built, dtype=dtype) if direction == "both" else built


def randomise(weights, generator, gain=0.8):
    """Weights under which a state neither dies away nor grows."""
    return [
        generator.standard_normal(w.shape) * gain / np.sqrt(w.shape[0] if w.ndim > 1 else 4)
        for w in weights
    ]


@settings(max_examples=300, deadline=None)
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


def gradients(tested, x, mask, states, training=True):
    """Gradients of a fixed random projection of all outputs, for inputs, weights and first states."""
    x = tf.constant(x)
    states = [tf.constant(s) for s in states]
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        outputs = tested(x, mask=mask, initial_state=states, training=training)
        generator = np.random.default_rng(1)
        loss = sum(
            tf.reduce_sum(y * tf.cast(generator.standard_normal(y.shape), y.dtype))
            for y in outputs
        )
    return tape.gradient(loss, [x, *tested.trainable_variables, *states])


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


def plain_loop(fast, direction):
    """`keras.layers.RNN` over the cell of a layer, or both of them."""

    def one(of):
        cell = type(of.cell).from_config(of.cell.get_config())
        names = ("return_sequences", "return_state", "go_backwards", "zero_output_for_mask")
        return keras.layers.RNN(
            cell, **{name: getattr(of, name) for name in names}, dtype="float64"
        )

    if direction != "both":
        return one(fast)
    return keras.layers.Bidirectional(
        one(fast.forward_layer), backward_layer=one(fast.backward_layer), dtype="float64"
    )


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


@pytest.mark.parametrize(
    ("arguments", "training", "reason"),
    [
        ({"unroll": True}, False, "unroll=True"),
        ({"activation": "elu"}, False, "activations other than tanh and sigmoid"),
        ({"recurrent_activation": "hard_sigmoid"}, False, "activations other than"),
        ({"recurrent_dropout": 0.5}, True, "recurrent_dropout, in training"),
        ({"fused": False}, False, "fused=False"),
    ],
)
def test_what_the_compiled_loop_does_not_carry_is_said(arguments, training, reason, caplog):
    x = np.zeros((2, 3, 4), "float32")
    tested = ours.LSTM(5, **arguments)
    assert tested.loop is None
    with caplog.at_level(logging.INFO, "seqzoo"):
        tested(x, training=training)
        tested(x, training=training)
    assert tested.loop.startswith("plain: ") and reason in tested.loop
    assert [r.message for r in caplog.records] == [f"{tested.name} (LSTM): {tested.loop}"]
    if "fused" not in arguments:
        with pytest.raises(
            ValueError, match=f"fused=True, but the layer can't be: {reason[:9]}"
        ):
            ours.LSTM(5, **arguments, fused=True)(x, training=training)
        assert ours.Bidirectional(ours.LSTM(5, **arguments))(
            x, training=training
        ).shape == (2, 10)


def test_a_wrong_value_of_fused():
    with pytest.raises(ValueError, match="fused: expected"):
        ours.GRU(3, fused="yes")


def test_directions_that_differ_go_their_own_ways():
    pair = ours.Bidirectional(ours.LSTM(4), backward_layer=ours.LSTM(6, go_backwards=True))
    assert pair(np.zeros((2, 3, 5), "float32")).shape == (2, 10)
    mixed = ours.Bidirectional(
        ours.GRU(4), backward_layer=keras.layers.GRU(4, go_backwards=True)
    )
    mixed(np.zeros((2, 3, 5), "float32"))
    assert mixed.loop == "fused | plain: GRU"


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_is_carried_in_float32_and_rounded(dtype):
    x = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
    half, single = ours.LSTM(6, dtype=dtype), ours.LSTM(6)
    got, expected = half(x), single(x)
    single.set_weights(half.get_weights())
    expected = single(x)
    assert half.loop == "fused" and got.dtype == half.compute_dtype
    np.testing.assert_allclose(tf.cast(got, tf.float32), expected, atol=2e-2)


def test_not_a_number_is_not_hidden():
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype("float32")
    x[0, 2, 1] = np.nan
    for kind in CELLS:
        y = np.asarray(layer(kind, 6, return_sequences=True)(x)[0])
        assert (
            np.isfinite(y[0, :2]).all()
            and np.isnan(y[0, 2:]).all()
            and np.isfinite(y[1]).all()
        )


def test_second_derivatives_are_refused():
    tested, x = ours.GRU(3), tf.ones((1, 2, 2))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(tested(x))
        slope = tf.reduce_sum(inner.gradient(y, x) ** 2)
    with pytest.raises(NotImplementedError, match="fused=False"):
        outer.gradient(slope, x)


def test_an_empty_batch():
    tested = layer("lstm", 5, return_sequences=True)
    assert tested(np.zeros((0, 3, 4), "float32"))[0].shape == (0, 3, 5)


@pytest.mark.parametrize(
    ("shape", "arguments", "message"),
    [
        ((2, 3, 4), {"mask": np.ones((2, 2), bool)}, "Incompatible shapes"),
        (
            (2, 3, 4),
            {"mask": np.ones(2, bool)},
            r"mask: expected shape \(batch, time\); got \(2,\)",
        ),
        ((2, 3, 5), {}, "sequences: expected 4 features; got 5"),
        ((2, 3, 4), {"initial_state": [np.ones((3, 6), "float32")]}, "Incompatible shapes"),
        (
            (2, 3, 4),
            {"initial_state": [np.ones((2, 3000), "float32")]},
            "Incompatible shapes",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shape, arguments, message):
    tested = ours.GRU(6)
    tested.build((None, None, 4))
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=message):
        tested(np.ones(shape, "float32"), **arguments)


@pytest.mark.parametrize(
    ("x", "state"),
    [((64, 30, 4), (64, 3000)), ((64, 30, 4), (63, 6)), ((64, 30, 3), (64, 6))],
)
def test_shapes_known_only_at_run_time_are_checked_before_anything_is_written(x, state):
    tested = ours.GRU(6)
    tested.build((None, None, 4))
    signature = [tf.TensorSpec([None] * 3), tf.TensorSpec([None] * 2)]
    call = tf.function(lambda x, h: tested(x, initial_state=[h]), input_signature=signature)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"Incompatible shapes|expected 4 features"
    ):
        call(tf.ones(x), tf.ones(state))


def test_one_initial_state_and_one_mask_serve_the_batch():
    tested, x = (
        ours.GRU(6),
        np.random.default_rng(0).standard_normal((3, 2, 4)).astype("float32"),
    )
    one = np.ones((1, 6), "float32")
    np.testing.assert_array_equal(
        tested(x, initial_state=[one]), tested(x, initial_state=[one.repeat(3, 0)])
    )
    mask = np.array([[True, False]])
    np.testing.assert_array_equal(tested(x, mask=mask), tested(x, mask=mask.repeat(3, 0)))
