"""Adam beside plain steps of rows: each as its own optimizer gives them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.optimizers import OPTIMIZERS, RowSGD

BATCHES = [[0, 1, 1], [3], [1, 3, 3], [2]]


def rows_of(number, ids):
    values = np.random.default_rng(number).standard_normal((len(ids), 2))
    return values, tf.IndexedSlices(
        tf.constant(values, tf.float32), tf.constant(ids), (5, 2)
    )


def test_rows_take_plain_steps_and_all_else_takes_adams():
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.3, 0.03])
    optimizer, alone = RowSGD(rate, row_factor=4.0), keras.optimizers.Adam(rate)
    table, vector = (keras.Variable(np.ones(shape, "float32")) for shape in ((5, 2), (3,)))
    beside = keras.Variable(np.ones(3, "float32"))
    optimizer.build([table, vector])
    alone.build([beside])
    expected = np.ones((5, 2))
    for number, ids in enumerate(BATCHES):
        values, rows = rows_of(number, ids)
        gradient = tf.constant([0.5, -2.0, 0.01 * number])
        optimizer.apply([rows, gradient])
        alone.apply([gradient])
        step = 0.3 if number <= 1 else 0.03
        np.subtract.at(expected, ids, 4.0 * step * values)
    np.testing.assert_allclose(np.asarray(table), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(vector), np.asarray(beside), rtol=1e-6)


def test_clipping_counts_rows_once():
    optimizer = RowSGD(1.0, global_clipnorm=1.0)
    table = keras.Variable(np.zeros((5, 2), "float32"))
    optimizer.build([table])
    _, rows = rows_of(0, [1, 1, 4])
    optimizer.apply([rows])
    assert np.linalg.norm(np.asarray(table)) == pytest.approx(1.0, rel=1e-5)


def test_it_is_made_again_from_its_config():
    made = RowSGD.from_config(RowSGD(0.1, row_factor=7.0).get_config())
    assert made.row_factor == 7.0
    assert OPTIMIZERS["row_sgd"] is RowSGD


@pytest.mark.parametrize("bad", [{"row_factor": 0.0}, {"amsgrad": True}])
def test_what_it_does_not_have_is_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RowSGD(0.1, **bad)
