"""Naive answers: how they stand beside a network's figures."""

from seqzoo.pipeline import naive
from seqzoo.pipeline.naive import Naive

ANSWERS = [
    Naive("low", "the low one", "always 1", {"score": 0.5, "accuracy": 0.5}),
    Naive("high", "the high one", "by count", {"score": 0.9, "accuracy": 0.9, "f1": 0.8}),
    Naive("none", "the absent one", "not fitted: too large", {}),
]


def test_figures_have_the_name_before_them():
    assert naive.flat(ANSWERS) == {
        "low_accuracy": 0.5,
        "low": "always 1",
        "high_accuracy": 0.9,
        "high_f1": 0.8,
        "high": "by count",
        "none": "not fitted: too large",
    }


def test_each_has_a_line():
    assert naive.lines(ANSWERS, "test") == [
        "the low one: test accuracy 0.5000 (always 1)",
        "the high one: test accuracy 0.9000, f1 0.8000 (by count)",
        "the absent one: not fitted: too large",
    ]


def test_those_that_are_better_are_named():
    (sentence,) = naive.below(0.7, ANSWERS, "the test part")
    assert "below the high one on the test part: score 0.7000 against 0.9000" in sentence
    assert naive.below(0.9, ANSWERS, "the test part") == []
