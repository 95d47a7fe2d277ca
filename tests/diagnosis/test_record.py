"""What a diagnosis leaves as it was, and what it refuses."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.diagnosis.record import recorded
from seqzoo.layers import LSTM, Carried
from seqzoo.models import language_model, translator
from tests.support.diagnosed import ROWS, VOCABULARY, ids, network


def test_carried_states_and_seeds_stay():
    model = language_model(VOCABULARY, units=4, batch_size=ROWS, dropout=0.5)
    model(ids())
    carried = next(layer for layer in model.layers if isinstance(layer, Carried))
    stateful = keras.Sequential(
        [keras.Input(batch_shape=(ROWS, None, 3)), layers.GRU(4, stateful=True)]
    )
    stateful(np.ones((ROWS, 5, 3), np.float32))
    states = [carried.states[0], stateful.layers[0].states[0]]
    before = [np.array(state.numpy()) for state in states]
    for each in (model, stateful):
        assert seqzoo.diagnose(each).warnings == []
        assert not any("call" in vars(layer) for layer in each._flatten_layers())
    for old, state in zip(before, states, strict=True):
        assert old.any()
        np.testing.assert_array_equal(old, state.numpy())


def test_layers_are_themselves_again_after_an_error():
    model = network(LSTM(4), pool=lambda x: ops.reshape(x, (ROWS, 4)))
    with pytest.raises(Exception, match=r"[Rr]eshape"):
        recorded(model, ids()[:2])
    assert not any("call" in vars(layer) for layer in model.operations)


@pytest.mark.parametrize(
    ("model", "batch", "message"),
    [
        (lambda: "model", None, r"expected a keras.Model .*; got str"),
        (lambda: keras.Sequential([LSTM(4)]), None, "expected a model that has been built"),
        (lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]), None, "a recurrent layer"),
        (lambda: network(LSTM(4)), ids()[0], r"tokens: expected numbers, \(batch, time\) or more"),
        (lambda: network(LSTM(4)), ids()[..., None], r"tokens: expected shape \(None, None\)"),
        (lambda: network(LSTM(4)), ids() * 0.5, "tokens: expected integers, as ids are; got float64"),
        (lambda: network(LSTM(4)), [["a"]], "tokens: expected numbers"),
        (lambda: network(LSTM(4)), [[1, 2], [3]], "tokens: expected rows of one length"),
        (lambda: network(LSTM(4)), ids()[:0], "no empty array"),
        (lambda: network(LSTM(4)), {"token": ids()}, "did you mean 'tokens'"),
        (lambda: translator(9, 9, units=4), ids(), "expected a list or a dictionary of source, target"),
        (lambda: translator(9, 9, units=4), {"source": ids()}, "no target"),
        (lambda: translator(9, 9, units=4), [ids(), ids()[:2]], "expected one number of rows"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(model, batch, message):
    with pytest.raises(seqzoo.InputError, match=message):
        seqzoo.diagnose(model(), batch)
