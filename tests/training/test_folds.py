"""The epoch that folds choose, worked out by hand."""

import pytest

from seqzoo.errors import TrainingError
from seqzoo.training.folds import choose


def history(*scores):
    return [
        {"epoch": n, "loss": 1.0, "validation_score": s} for n, s in enumerate(scores, 1)
    ]


def test_the_epoch_has_the_best_mean_among_those_that_all_folds_have():
    chosen = choose([history(0.2, 0.5, 0.9), history(0.8, 0.7)])
    assert chosen.epoch == chosen.figures["epoch"] == 2
    assert chosen.figures["folds"] == 2
    assert chosen.figures["mean"] == {"score": pytest.approx(0.6)}
    # Of the sample: the two are 0.1 from their mean, and one is free.
    assert chosen.figures["deviation"] == {"score": pytest.approx(0.02**0.5)}
    assert chosen.figures["each"] == [{"score": 0.5}, {"score": 0.7}]


def test_the_first_of_equal_epochs_is_chosen_and_none_without_a_number():
    nan = float("nan")
    assert choose([history(nan, 0.5, 0.5), history(0.9, 0.5, 0.5)]).epoch == 2
    with pytest.raises(
        TrainingError, match="no epoch had scores that are numbers in all folds"
    ):
        choose([history(nan, 0.5), history(0.5, nan)])
