"""Scores of regressors, worked out by hand, and the naive answers beside them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import models
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.regression import naive, scores, training


def test_scores_worked_out_by_hand():
    gold, predicted = np.array([1.0, 2, 3, 6]), np.array([2.0, 2, 5, 5])
    found = scores.scores(gold, predicted)
    assert found["mse"] == pytest.approx((1 + 0 + 4 + 1) / 4)
    assert found["mae"] == pytest.approx((1 + 0 + 2 + 1) / 4)
    # Deviations from the means 3 and 3.5: -2, -1, 0, 3 and -1.5, -1.5, 1.5, 1.5.
    assert found["pearson"] == pytest.approx((3 + 1.5 + 0 + 4.5) / (14**0.5 * 9**0.5))


def test_what_does_not_vary_has_no_correlation():
    assert scores.pearson(np.array([1.0, 2]), np.array([3.0, 3])) == 0


def written(folder, examples):
    """Encoded rows of (ids, target)."""
    return Encoded.write(
        folder,
        (
            {"tokens": np.array(ids, np.int32), "target": np.float32(t)}
            for ids, t in examples
        ),
    )


def test_the_naive_answer_is_the_training_mean():
    found = scores.mean_answer(np.array([8.0, 16.0]), 10.0)
    assert found.figures == {
        "score": pytest.approx(-(4 + 36) / 2),
        "mse": pytest.approx((4 + 36) / 2),
        "mae": pytest.approx((2 + 6) / 2),
    }


def pairs(count, seed):
    """Ids whose target a pair of neighbours decides, in this order alone."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        ids = generator.integers(5, 9, generator.integers(2, 8))
        there = np.sum((ids[:-1] == 5) & (ids[1:] == 6))
        yield ids, 0.5 * there + 0.1 * np.sum(ids == 7)


@pytest.mark.parametrize("size", [10, 30_000])  # with n-grams as they are, and hashed
def test_ridge_regression_learns_counts_and_pairs(tmp_path, size):
    train = written(tmp_path / "train", pairs(400, 0))
    validation, test = (
        written(tmp_path / "v", pairs(60, 1)),
        written(tmp_path / "t", pairs(60, 2)),
    )
    ridge = naive.fit(train, validation, size)
    np.testing.assert_allclose(ridge(test), test.numbers("target"), atol=0.01)
    assert ridge.about == "counts, penalty 0.1"


def test_n_grams_are_weighted():
    from scipy import sparse

    counts = sparse.csr_matrix([[2.0, 0, 1], [0, 0, 0]])
    assert naive.weighted(counts, "binary").toarray().tolist() == [[1, 0, 1], [0, 0, 0]]
    unit = naive.weighted(counts, "unit").toarray()
    np.testing.assert_allclose(unit, [[0.5**0.5, 0, 0.5**0.5], [0, 0, 0]])


def test_the_loss_is_the_sum_of_squared_errors():
    keras.utils.set_random_seed(0)
    model = models.regressor(9, units=3, embedding_dim=4, pooling="mean", dropout=0.0)
    tokens = tf.constant([[5, 3, 0], [4, 8, 7]])
    total, weight = training.loss(None, model, (tokens, tf.constant([1.0, -2.0])))
    expected = np.sum((np.asarray(model(tokens))[:, 0] - [1, -2]) ** 2)
    assert float(total) == pytest.approx(expected, rel=1e-5)
    assert float(weight) == 2
