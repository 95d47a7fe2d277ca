"""Masks that stop on their way, and layers that read padding."""

import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.masks import difference
from seqzoo.layers import GRU, LSTM, Bidirectional, SimpleRNN
from tests.support.diagnosed import TIME, found, ids, network, only, stock


@pytest.mark.parametrize("time", [None, TIME])
def test_the_layer_where_masks_stop_is_named(time):
    pool = layers.GlobalAveragePooling1D(name="pool")
    model = network(Bidirectional(LSTM(4, return_sequences=True)), pool=pool, time=time)
    text = only(found(seqzoo.diagnose(model, ids()), "masks"))  # the LSTM has its mask
    assert text.startswith("pool: more padding changes what it gives")
    assert "it was given no mask -> pass it" in text


def test_a_mask_of_something_else_is_found():
    backwards = layers.GRU(
        4, return_sequences=True, go_backwards=True
    )  # its outputs are in reverse
    diagnosis = seqzoo.diagnose(network(backwards, SimpleRNN(4, name="rnn")), ids())
    text = only(found(diagnosis, "masks", "warning"))
    assert text.startswith("rnn: more padding changes what it gives")
    assert "though it was given a mask -> its mask is not that of the tokens" in text


@pytest.mark.parametrize("kind", [layers.LSTM, GRU])
def test_recurrent_layers_without_a_mask_are_named(kind):
    model = stock(kind(4, return_sequences=True, name="a"), kind(4, name="b"))
    diagnosis = seqzoo.diagnose(model, ids())
    assert only(found(diagnosis, "masks", "warning")).startswith(
        "b: "
    )  # a's outputs are right
    assert only(found(diagnosis, "masks", "note")).startswith(
        "a: reads padding, and was given no mask"
    )


def test_an_operation_that_takes_no_mask_is_named():
    model = network(LSTM(4, return_sequences=True), pool=lambda x: ops.sum(x, axis=1))
    text = only(found(seqzoo.diagnose(model, ids()), "masks", "warning"))
    assert "it takes no mask -> use a layer" in text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([-np.inf, np.nan, np.inf, 2.0], 0.0),
        ([-np.inf, np.nan, np.inf, 3.0], 0.5),
        ([np.inf, np.nan, np.inf, 2.0], np.inf),
        ([-np.inf, 1.0, np.inf, 2.0], np.inf),
        ([0.0, np.nan, np.inf, 2.0], np.inf),
    ],
)
def test_equal_infinities_are_not_apart(other, expected):
    """A CRF's bans are minus infinity."""
    batch = Batch({}, {"tokens": np.ones((4, 1), np.int32)}, set())
    one, two = np.array([-np.inf, np.nan, np.inf, 2.0]), np.array(other)
    assert difference(one, two, batch) == expected


def test_a_size_fixed_inside_the_model_is_no_fault():
    model = network(LSTM(4, return_sequences=True), pool=layers.Flatten(), time=TIME)
    diagnosis = seqzoo.diagnose(model, ids())
    assert "can't be run with more padding" in only(found(diagnosis, "masks"))
    assert diagnosis.warnings == []
