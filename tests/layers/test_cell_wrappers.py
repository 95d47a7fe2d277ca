"""Cells around cells, stacks of them, and the loop in the user's hands."""

import keras
import numpy as np
import pytest
from keras import ops, tree

from seqzoo import InputError, layers
from seqzoo.layers import (
    RNN,
    DropoutCell,
    LSTMCell,
    MGUCell,
    ResidualCell,
    StackedCells,
    WeightDrop,
    ZoneoutCell,
    raw_rnn,
    recurrent,
)
from tests.support import reference

X = np.random.default_rng(0).standard_normal((3, 6, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 1, 0]], bool)


def outputs(cell, x=X, **more):
    found = RNN(cell, return_sequences=True, return_state=True)(x, **more)
    return [np.asarray(ops.convert_to_numpy(y)) for y in tree.flatten(found)]


def test_a_residual_cell_adds_its_input():
    inner = LSTMCell(4)
    plain, *states = outputs(inner, mask=MASK)
    added, *others = outputs(ResidualCell(inner), mask=MASK)
    np.testing.assert_allclose(added[MASK], (plain + X)[MASK], atol=1e-6)
    for a, b in zip(states, others, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    with pytest.raises(InputError, match="expected inputs of size 5, the output's; got 4"):
        outputs(ResidualCell(MGUCell(5)))


@pytest.mark.parametrize("make", [lambda: LSTMCell(4), lambda: keras.layers.LSTMCell(4)])
@pytest.mark.parametrize("variational", [True, False])
def test_a_dropout_cell_drops_what_it_is_told(make, variational):
    """Against a loop by hand over the cell, with the factors that were drawn."""
    cell = DropoutCell(make(), 0.5, 0.4, 0.3, variational=variational, seed=7)
    x = ops.convert_to_tensor(X)
    cell.build((None, 4))
    for weight in cell.weights:
        weight.assign(np.random.default_rng(1).standard_normal(weight.shape) * 0.5)
    drawn = {}
    draw = cell.draw
    cell.draw = lambda x, training: drawn.setdefault("all", draw(x, training))
    y = outputs(cell, x, training=True)[0]
    (fixed, _), (fresh, _) = drawn["all"]
    factors = {k: np.asarray(v) for k, v in (fixed | fresh).items()}
    rates = {"input_dropout": 0.5, "state_dropout": 0.4, "output_dropout": 0.3}
    assert {
        name: {round(float(v), 4) for v in np.unique(f)} for name, f in factors.items()
    } == {name: {0.0, round(1 / (1 - rate), 4)} for name, rate in rates.items()}
    assert factors["input_dropout"].shape == ((3, 4) if variational else (3, 6, 4))
    h = c = np.zeros((3, 4), "float32")
    for t in range(6):
        now = {k: f if variational else f[:, t] for k, f in factors.items()}
        output, (h, c) = cell.cell(
            ops.convert_to_tensor(X[:, t] * now["input_dropout"]),
            [ops.convert_to_tensor(h * now["state_dropout"]), ops.convert_to_tensor(c)],
        )
        np.testing.assert_allclose(y[:, t], output * now["output_dropout"], atol=1e-5)
        h, c = np.asarray(h), np.asarray(c)
    again = RNN(cell, return_sequences=True)
    np.testing.assert_array_equal(again(x), again(x))  # without training nothing is drawn


def test_zoneout_keeps_old_states_by_chance_and_is_their_mean_afterwards():
    cell = ZoneoutCell(LSTMCell(50), rates=[0.3, 0.6], seed=1)
    x = np.random.default_rng(0).standard_normal((20, 2, 4)).astype("float32")
    first = [
        ops.convert_to_tensor(np.random.default_rng(k).standard_normal((20, 50)), "float32")
        for k in (1, 2)
    ]
    h, c = (
        np.asarray(s)
        for s in RNN(cell, return_state=True)(x[:, :1], first, training=True)[1:]
    )
    _, (new_h, new_c) = cell.cell(ops.convert_to_tensor(x[:, 0]), first)
    for got, old, new, rate in ((h, first[0], new_h, 0.3), (c, first[1], new_c, 0.6)):
        old, new = np.asarray(old), np.asarray(new)
        kept = np.isclose(got, old, atol=1e-6)
        assert np.logical_or(kept, np.isclose(got, new, atol=1e-6)).all()
        assert abs(kept.mean() - rate) < 0.06
    y, h, c = RNN(cell, return_state=True)(x[:, :1], first)
    np.testing.assert_allclose(h, 0.3 * first[0] + 0.7 * new_h, atol=1e-6)
    np.testing.assert_array_equal(y, h)
    many = np.asarray(RNN(cell, return_sequences=True)(x, training=True))
    assert not np.array_equal(
        many, np.asarray(RNN(cell, return_sequences=True)(x, training=True))
    )
    with pytest.raises(InputError, match="expected a cell whose output is its first state"):
        outputs(ZoneoutCell(ResidualCell(LSTMCell(4))))


def test_a_stack_of_cells_is_a_stack_of_layers():
    cells = [LSTMCell(5, peepholes=True), keras.layers.GRUCell(6), MGUCell(5)]
    stacked = outputs(StackedCells(cells), mask=MASK)
    y = X
    for cell in cells:
        y, *states = RNN(cell, return_sequences=True, return_state=True)(y, mask=MASK)
    np.testing.assert_allclose(stacked[0], y, atol=1e-5)
    np.testing.assert_allclose(stacked[-1], states[-1], atol=1e-5)
    dropping = StackedCells([DropoutCell(LSTMCell(5), 0.5), ZoneoutCell(MGUCell(4), 0.5)])
    assert not np.array_equal(
        *(RNN(dropping, return_sequences=True)(X, training=True) for _ in range(2))
    )


def test_a_device_is_where_a_cell_runs():
    cell = layers.DeviceCell(LSTMCell(4), "cpu:0")
    np.testing.assert_allclose(outputs(cell)[0], outputs(cell.cell)[0], atol=1e-6)


def test_wrappers_are_saved_and_come_back(tmp_path):
    inner = DropoutCell(
        ZoneoutCell(LSTMCell(4, peepholes=True), 0.2), 0.1, 0.2, 0.3, variational=False
    )
    cell = StackedCells(
        [ResidualCell(inner), layers.DeviceCell(layers.ESNCell(5), "cpu:0")]
    )
    model = keras.Sequential([keras.Input((None, 4)), RNN(cell), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = [np.array(w) for w in model.trainable_variables]
    model.fit(X, np.ones((3, 1)), verbose=0)
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(variable, old), variable.path
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)
    wrapped = again.layers[0].cell.cells[0].cell
    assert (wrapped.rates["output_dropout"], wrapped.variational, wrapped.cell.rates) == (
        0.3,
        False,
        [0.2, 0.2],
    )


def test_a_raw_loop_feeds_outputs_back_and_lets_rows_end():
    cell = LSTMCell(4)
    cell.build((None, 4))
    start = np.random.default_rng(2).standard_normal((3, 4)).astype("float32")
    lengths = ops.convert_to_tensor([4, 2, 6], "int32")

    def loop(time, output, states, carry):
        if output is None:
            zeros = ops.zeros((3, 4))
            return (
                time >= lengths,
                ops.convert_to_tensor(start),
                [zeros, zeros],
                zeros,
                [ops.zeros((3,))],
            )
        following = ops.tanh(output * 2) + ops.cast(time, "float32")
        return time >= lengths, following, states, output, [carry[0] + output[:, 0]]

    emitted, states, (carried,) = raw_rnn(cell, loop, 5)
    for row, length in enumerate((4, 2, 5)):
        x, before, total = start[row : row + 1], [np.zeros((1, 4), "float32")] * 2, 0
        for t in range(length):
            y, before = cell(
                ops.convert_to_tensor(x), [ops.convert_to_tensor(s) for s in before]
            )
            np.testing.assert_allclose(emitted[row, t], y[0], atol=1e-6)
            x, total = np.tanh(2 * np.asarray(y)) + t + 1, total + float(y[0, 0])
        assert not np.asarray(emitted[row, length:]).any()
        for a, b in zip(states, before, strict=True):
            np.testing.assert_allclose(a[row], b[0], atol=1e-6)
    assert np.isfinite(np.asarray(carried)).all()


@pytest.mark.parametrize(
    "make", [layers.IndRNNCell, MGUCell, lambda n: ResidualCell(LSTMCell(n))]
)
def test_weights_are_dropped_in_any_cell(make):
    layer = layers.WeightDrop(RNN(make(4)), 0.5, seed=1)
    assert not np.array_equal(layer(X, training=True), layer(X, training=True))
    np.testing.assert_allclose(layer(X), layer.layer(X), atol=1e-6)


def test_there_must_be_weights_to_drop():
    with pytest.raises(InputError, match="expected a cell with recurrent weights"):
        layers.WeightDrop(RNN(layers.LinearRecurrenceCell(4)), 0.5)(X, training=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: DropoutCell(LSTMCell(4), state_dropout=1.0),
            "state_dropout: expected a share",
        ),
        (lambda: ZoneoutCell(LSTMCell(4), [0.1]), "rates: expected one, or 2"),
        (lambda: ZoneoutCell(LSTMCell(4), 1.5), "rates: expected shares"),
        (
            lambda: ResidualCell(keras.layers.LSTMCell(4, dropout=0.5)),
            "can't drop out inside a wrapper",
        ),
    ],
)
def test_unusable_wrappers(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_stack_s_states_are_not_wrapped_as_one():
    stack = layers.StackedCells([layers.LSTMCell(4), layers.MGUCell(4)])
    with pytest.raises(InputError, match="wrap each cell of the stack"):
        layers.ZoneoutCell(stack)
    with pytest.raises(InputError, match="wrap each cell of the stack"):
        layers.DropoutCell(stack, state_dropout=0.2)
    x = np.ones((2, 3, 5), "float32")
    assert layers.RNN(layers.DropoutCell(stack, 0.2, output_dropout=0.2))(
        x, training=True
    ).shape == (2, 4)


@pytest.mark.parametrize(
    "layer", [keras.layers.Dense(3), layers.Bidirectional(layers.LSTM(3))]
)
def test_weight_drop_of_what_has_no_cell_is_refused(layer):
    with pytest.raises(
        InputError,
        match=f"expected a recurrent layer with a cell; got {type(layer).__name__}",
    ):
        layers.WeightDrop(layer, 0.5)


@pytest.mark.parametrize("cell", reference.CELLS)
def test_weight_drop_drops_recurrent_weights_alone_and_in_training_alone(cell):
    layer = recurrent(cell, 3)
    dropping = WeightDrop(layer, 0.5, seed=1)
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype("float32")
    whole = ops.convert_to_numpy(dropping(x))
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x)), whole)
    kernel = layer.get_weights()[1]
    draws = [ops.convert_to_numpy(dropping(x, training=True)) for _ in range(8)]
    np.testing.assert_array_equal(layer.get_weights()[1], kernel)
    np.testing.assert_array_equal(ops.convert_to_numpy(dropping(x)), whole)
    for (
        draw
    ) in draws:  # the first step has a state of zero: no recurrent weight counts there
        np.testing.assert_allclose(draw[:, 0], whole[:, 0], atol=1e-6)
    assert len({draw[0, -1, 0] for draw in draws}) > 3, "another draw for each call"
    layer.set_weights(
        [layer.get_weights()[0], np.zeros_like(kernel), *layer.get_weights()[2:]]
    )
    expected = ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(
        ops.convert_to_numpy(dropping(x, training=True)), expected, atol=1e-6
    )
