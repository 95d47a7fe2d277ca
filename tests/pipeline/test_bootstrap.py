"""The bootstrap against resampling row by row, and against what is known of simple scores."""

import numpy as np
import pytest

from seqzoo import InputError, metrics
from seqzoo.pipeline import bootstrap
from seqzoo.pipeline.bootstrap import PerRow, compared, interval, resampled, with_interval


def rows_of(scores, **given):
    """One number a row, whose mean is the score."""
    values = np.stack([scores, np.ones(len(scores))], axis=1)
    return PerRow("mean", values, bootstrap.share, "rows", (1,), **given)


def drawn_by_hand(values, resamples, seed):
    """As `resampled`, a row at a time."""
    generator = np.random.default_rng(seed)
    count = len(values)
    return np.array(
        [
            sum(values[generator.integers(count)] for _ in range(count))
            for _ in range(resamples)
        ]
    )


@pytest.mark.parametrize("distinct", [2, 40, None], ids=["two", "some", "all"])
def test_sums_are_distributed_as_those_of_rows_drawn_one_by_one(distinct):
    generator = np.random.default_rng(0)
    count = 120
    if distinct is None:
        values = generator.normal(size=(count, 2))
    else:
        values = generator.normal(size=(distinct, 2))[
            generator.integers(0, distinct, count)
        ]
    ours, theirs = resampled(values, 4000), drawn_by_hand(values, 2000, 1)
    spread = theirs.std(0)
    assert np.abs(ours.mean(0) - values.sum(0)).max() < 0.08 * spread.max()
    assert ours.std(0) == pytest.approx(spread, rel=0.06)
    assert np.cov(ours.T)[0, 1] == pytest.approx(
        np.cov(theirs.T)[0, 1], abs=0.1 * spread[0] * spread[1]
    )
    for share in (0.025, 0.5, 0.975):
        assert np.quantile(ours, share, axis=0) == pytest.approx(
            np.quantile(theirs, share, axis=0), abs=0.2 * spread.max()
        )


def test_every_resample_has_as_many_rows_and_is_the_same_each_time(monkeypatch):
    values = np.stack([np.arange(50) % 7, np.ones(50)], axis=1).astype(float)
    for each in (values, values + np.random.default_rng(0).random((50, 1)) * [1, 0]):
        sums = resampled(each, 300)
        assert (sums[:, 1] == 50).all()
        np.testing.assert_array_equal(sums, resampled(each, 300))
        monkeypatch.setattr(bootstrap, "DRAWS", 64)  # in many parts
        np.testing.assert_array_equal(sums[:, 1], resampled(each, 300)[:, 1])
        monkeypatch.undo()


@pytest.mark.parametrize("count", [200, 3000])
def test_an_accuracy_s_interval_is_that_of_the_normal_approximation(count):
    right = np.arange(count) < 0.8 * count
    found = interval(rows_of(right))
    half = 1.96 * np.sqrt(0.8 * 0.2 / count)
    assert found["low"] == pytest.approx(0.8 - half, abs=0.15 * half)
    assert found["high"] == pytest.approx(0.8 + half, abs=0.15 * half)
    assert found["about"] == f"95% of 2,000 bootstrap resamples of {count:,} rows"


def test_nine_of_ten_intervals_hold_the_truth_and_more():
    generator = np.random.default_rng(0)
    inside = 0
    for _ in range(100):
        found = interval(rows_of(generator.random(300) < 0.7))
        inside += found["low"] <= 0.7 <= found["high"]
    assert 88 <= inside <= 100


def test_a_single_row_has_no_interval_and_says_so():
    assert interval(rows_of(np.ones(1))) == {
        "of": "mean",
        "about": "none: expected two rows or more",
    }


def test_figures_of_a_task_without_rows_say_that_there_is_no_interval():
    shown = with_interval({"examples": 3, "score": 1.0, "f1": 1.0})
    assert list(shown) == ["examples", "score", "interval", "f1"]
    assert shown["interval"] == {"about": "none: the task gives no statistics of rows"}


def test_a_paired_comparison_sees_what_two_intervals_do_not():
    """The second is right wherever the first is, and on 12 rows of 1,000 more."""
    right = np.random.default_rng(0).random(1000) < 0.8
    better = right.copy()
    better[np.flatnonzero(~right)[:12]] = True
    told = compared(("a", "b"), (rows_of(right), rows_of(better)))
    assert told["difference"] == pytest.approx(0.012)
    assert 0 < told["interval"]["low"] < 0.012 < told["interval"]["high"] < 0.021
    assert told["p"] < 0.01
    one, other = (each["interval"] for each in told["models"])
    assert one["high"] > other["low"]
    assert "b is better" in told["in_words"][-1]
    turned = compared(("b", "a"), (rows_of(better), rows_of(right)))
    assert turned["difference"] == -told["difference"]
    assert turned["p"] == pytest.approx(told["p"], abs=0.005)
    assert "b is better" in turned["in_words"][-1]


def test_of_errors_the_lower_is_better():
    errors = np.random.default_rng(0).random(500)
    ours, theirs = rows_of(errors, higher=False), rows_of(errors * 0.9, higher=False)
    told = compared(("a", "b"), (ours, theirs))
    assert told["in_words"][-1].startswith("b is better")


def test_equal_models_differ_by_nothing():
    right = rows_of(np.arange(50) % 3 > 0)
    told = compared(("a", "a"), (right, right))
    assert told["difference"] == told["interval"]["low"] == told["interval"]["high"] == 0
    assert told["p"] == 1
    assert told["in_words"][-1] == "The two score the same."


def test_where_there_is_no_difference_p_is_seldom_small():
    generator = np.random.default_rng(3)
    small = 0
    for _ in range(60):
        both = (rows_of(generator.random(200) < 0.7) for _ in range(2))
        told = compared(("a", "b"), tuple(both))
        small += told["p"] < 0.05
        if told["p"] >= 0.05 and told["difference"]:
            assert "may be chance" in told["in_words"][-1]
    assert small <= 9


def test_models_that_count_rows_otherwise_cannot_be_compared():
    ours, theirs = rows_of(np.ones(5)), rows_of(np.ones(6))
    with pytest.raises(InputError, match=r"^a and b: expected models that count the rows"):
        compared(("a", "b"), (ours, theirs))


def test_bleu_of_sums_is_sacrebleu_s():
    import sacrebleu

    generator = np.random.default_rng(0)
    words = ["a", "b", "c", "d", "e", "."]
    references = [
        " ".join(generator.choice(words, n)) for n in generator.integers(1, 14, 60)
    ]
    texts = [
        " ".join(w for w in each.split() if generator.random() < 0.8) for each in references
    ]
    counts = metrics.bleu_counts(texts, references, "13a")
    for rows in [range(60), *generator.integers(0, 60, (60, 3)), *([n] for n in range(60))]:
        expected = sacrebleu.BLEU().corpus_score(
            [texts[row] for row in rows], [[references[row] for row in rows]]
        )
        found = metrics.bleu_of(counts[list(rows)].sum(0))
        assert float(found) == pytest.approx(expected.score, abs=1e-9)
    both = np.stack([counts.sum(0), counts[:5].sum(0)])
    assert metrics.bleu_of(both).shape == (2,)


def test_f1_of_sums_is_that_of_counts():
    sums = np.array([[3.0, 5, 4], [0, 0, 0], [0, 2, 0]])
    expected = [metrics.precision_recall_f1(*map(int, row))["f1"] for row in sums]
    assert bootstrap.f1(sums).tolist() == expected
