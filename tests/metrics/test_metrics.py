import random

import conlleval
import numpy as np
import pytest

from seqzoo import metrics
from seqzoo.metrics import accuracy, confusion_matrix, macro_f1
from seqzoo.text import schemes


def test_worked_out_by_hand():
    matrix = confusion_matrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert accuracy(matrix) == 3 / 5
    # F1: class 0 precision 1/2, recall 1/2; class 1 precision 2/3, recall 1; class 2 never right
    assert macro_f1(matrix) == pytest.approx((0.5 + 0.8 + 0) / 3)


def test_words_worked_out_by_hand():
    scores = metrics.WordScores({"我", "爱", "北京"})
    scores.add(["我", "爱", "北京", "天安门"], ["我", "爱", "北", "京", "天安门"])
    scores.add(["他", "爱", "我"], ["他爱", "我"])
    result = scores.result()
    assert result["precision"] == pytest.approx(4 / 7)  # 我 爱 天安门 | 我
    assert result["recall"] == pytest.approx(4 / 7)
    assert result["f1"] == pytest.approx(4 / 7)
    assert result["oov_rate"] == pytest.approx(2 / 7)  # 天安门 他
    assert result["oov_recall"] == pytest.approx(1 / 2)
    assert result["iv_recall"] == pytest.approx(3 / 5)
    with pytest.raises(ValueError, match="expected the text '我'; got '你'"):
        scores.add(["我"], ["你"])


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_spans_as_conlleval_counts_them(scheme):
    """Random tags, most of them illegal."""
    generator = random.Random(0)
    names = schemes.tags_of(["a", "b", "c"], scheme)
    scores, lines = metrics.SpanScores(), []
    for _ in range(2000):
        gold = generator.choices(names, k=generator.randint(1, 12))
        predicted = [
            tag if generator.random() < 0.8 else generator.choice(names) for tag in gold
        ]
        scores.add(schemes.tags_to_spans(gold), schemes.tags_to_spans(predicted))
        lines += [f"x {g} {p}" for g, p in zip(gold, predicted, strict=True)] + [""]
    result, expected = scores.result(), conlleval.evaluate(lines)
    for label in "abc":
        counts = expected["slots"]["chunks"][label]["stats"]
        assert scores.counts[label] == [counts["correct"], counts["pred"], counts["gold"]]
        assert result["types"][label]["f1"] == pytest.approx(
            expected["slots"]["chunks"][label]["evals"]["f1"]
        )
    assert result["f1"] == pytest.approx(expected["overall"]["chunks"]["evals"]["f1"])
    assert metrics.SpanScores().result() == {
        "precision": 0,
        "recall": 0,
        "f1": 0,
        "types": {},
    }


def test_reliability_counts_answers_by_their_confidence():
    confidences = np.array([0.5, 0.55, 0.6, 0.95, 1.0])
    right = np.array([True, False, True, True, False])
    low, high = metrics.reliability(confidences, right, bins=10)[1:]
    first = metrics.reliability(confidences, right, bins=10)[0]
    assert first == {
        "lower": 0.4, "upper": 0.5, "count": 1, "confidence": 0.5, "accuracy": 1.0,
    }  # fmt: skip
    assert (low["count"], low["accuracy"]) == (2, 0.5)
    assert low["confidence"] == pytest.approx(0.575)
    assert (high["upper"], high["count"], high["accuracy"]) == (1.0, 2, 0.5)


def test_the_expected_calibration_error_by_hand():
    confidences = np.array([0.5, 0.55, 0.6, 0.95, 1.0])
    right = np.array([True, False, True, True, False])
    bins = metrics.reliability(confidences, right, bins=10)
    expected = (1 * 0.5 + 2 * 0.075 + 2 * 0.475) / 5
    assert metrics.expected_calibration_error(bins) == pytest.approx(expected)
    sure = metrics.reliability(np.ones(3), np.ones(3, bool))
    assert metrics.expected_calibration_error(sure) == 0


@pytest.mark.parametrize("distinct", [2, 5, 1000])
def test_auc_is_the_share_of_pairs_in_order_ties_half(distinct):
    generator = np.random.default_rng(distinct)
    scores = generator.integers(0, distinct, 90) / distinct
    positive = generator.random(90) < 0.3
    pairs = [
        1.0 if ours > theirs else 0.5 if ours == theirs else 0.0
        for ours in scores[positive]
        for theirs in scores[~positive]
    ]
    area = metrics.roc_auc(scores, positive)
    assert area == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    assert metrics.roc_auc(-scores, ~positive) == pytest.approx(area, abs=1e-12)


def test_auc_of_extremes():
    assert metrics.roc_auc(np.array([0.1, 0.9]), np.array([False, True])) == 1
    assert metrics.roc_auc(np.array([0.1, 0.9]), np.array([True, False])) == 0
    assert metrics.roc_auc(np.full(7, 0.5), np.arange(7) < 3) == 0.5
    assert metrics.roc_auc(np.array([0.1, 0.9]), np.array([True, True])) is None


def test_class_scores_by_counting_one_example_at_a_time():
    generator = np.random.default_rng(0)
    names = ["a", "b", "c", "never"]
    gold, predicted = generator.integers(0, 3, (2, 200)).tolist()
    matrix = confusion_matrix(gold, predicted, 4)
    pairs = list(zip(gold, predicted, strict=True))
    scores = metrics.class_scores(matrix, names)
    assert scores.keys() == set(names)
    for place, name in enumerate(names[:3]):
        right = sum(g == p == place for g, p in pairs)
        precision, recall = right / predicted.count(place), right / gold.count(place)
        found = scores[name]
        assert found["support"] == gold.count(place)
        assert found["precision"] == pytest.approx(precision)
        assert found["recall"] == pytest.approx(recall)
        f1 = 2 * precision * recall / (precision + recall)
        assert found["f1"] == pytest.approx(f1)
    assert scores["never"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert np.mean([each["f1"] for each in scores.values()]) == pytest.approx(
        macro_f1(matrix)
    )
