"""SGD with momentum on rows: for the same gradients what SGD on whole tables gives."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.optimizers import LazySGD


def steps(optimizer, batches, dense):
    """The table after steps, whose gradients are given: rows, or the same as a whole matrix."""
    table = keras.Variable(np.zeros((5, 2), "float32"))
    optimizer.build([table])
    for number, ids in enumerate(batches):
        values = np.random.default_rng(number).standard_normal((len(ids), 2))
        rows = tf.IndexedSlices(tf.constant(values, tf.float32), tf.constant(ids), (5, 2))
        optimizer.apply([tf.convert_to_tensor(rows) if dense else rows])
    return np.asarray(table)


RARE = [[0, 1, 2, 3, 4], [1], [1, 3, 3], [2], [0, 1], [4, 0]]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(
    "rate", [0.3, keras.optimizers.schedules.PiecewiseConstantDecay([3], [0.3, 0.03])]
)
def test_rows_that_were_not_looked_up_make_up_for_it(momentum, rate):
    """After a step that looks up all of them, all have what plain SGD gives; before it, those of the step."""
    whole = [*RARE, [0, 1, 2, 3, 4]]
    expected = steps(keras.optimizers.SGD(rate, momentum), whole, dense=True)
    found = steps(LazySGD(rate, momentum), whole, dense=False)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

    partly = steps(keras.optimizers.SGD(rate, momentum), RARE, dense=True)
    found = steps(LazySGD(rate, momentum), RARE, dense=False)
    np.testing.assert_allclose(found[[4, 0]], partly[[4, 0]], rtol=1e-5, atol=1e-6)


def test_a_row_that_no_batch_has_stays():
    one, two = (steps(LazySGD(0.1), b, dense=False) for b in ([[0, 1]], [[0, 1], [1]]))
    np.testing.assert_array_equal(one[0], two[0])
    assert (one[1] != two[1]).all()
    assert not two[2:].any()


def test_what_it_does_not_have_is_refused():
    with pytest.raises(ValueError, match="nesterov=True is not supported"):
        LazySGD(0.1, nesterov=True)
