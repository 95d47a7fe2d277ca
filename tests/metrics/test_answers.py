"""Figures of answers, worked out by hand."""

import pytest

from seqzoo.metrics.answers import answer_scores, commonest, distinct, looping


def test_distinct_is_over_all_tokens():
    answers = [["a", "b", "a"], ["a", "b"], []]
    assert distinct(answers, 1) == 2 / 5
    assert distinct(answers, 2) == 2 / 5  # a b, b a
    assert distinct([[]], 2) == 0


def test_the_commonest_answer_and_its_share():
    assert commonest(["Yes .", "no", "yes . ", "no"]) == ("Yes .", 0.5)
    assert commonest(["a", "b", "B"]) == ("b", 2 / 3)


def test_an_answer_loops_if_three_tokens_come_twice():
    assert looping(["a", "b", "c", "a", "b", "c"])
    assert not looping(["a", "b", "a", "b"])
    assert looping(["a", "a", "a", "a"])


def test_figures_of_answers():
    found = answer_scores(["I see .", "I see ."], ["I see .", "You do ."], "none")
    # Six tokens; unigrams 3 + 1 of 6, bigrams 2 + 0 of 4 match; lengths are equal.
    assert found["bleu_2"] == pytest.approx(100 * (4 / 6 * 2 / 4) ** 0.5)
    assert found["distinct_1"] == 3 / 6
    assert found["distinct_2"] == 2 / 6
    assert (found["commonest_share"], found["commonest_answer"]) == (1.0, "I see .")
    assert (found["looping_share"], found["answer_tokens"]) == (0.0, 3.0)
