"""The compiled loop at its edges: what it leaves to Keras, odd numbers, shapes that do not fit."""

import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from tests.support.recurrence import layer
from tests.support.reference import CELLS


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
            r"initial_state\[0\]: expected \(batch, 6\); got \(2, 3000\)",
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
