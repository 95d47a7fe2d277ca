import numpy as np
import pytest

from seqzoo import InputError, Vocabulary
from seqzoo.classification import batches_of, encode
from seqzoo.datasets import Example
from seqzoo.input_pipeline import TIME_MULTIPLE, Encoded, both_ends, plan

TEXTS = [f"{'a ' * n}b" for n in (1, 30, 5, 12, 7, 2, 64, 9)]


@pytest.fixture
def encoded(tmp_path):
    vocabulary = Vocabulary.build(map(str.split, TEXTS))
    examples = [Example(text, "xy"[i % 2], f"f:{i + 1}") for i, text in enumerate(TEXTS)]
    return Encoded.write(tmp_path / "e", encode(examples, str.split, vocabulary, ["x", "y"], 40))


def test_rows_come_back_padded_on_the_right(encoded):
    ids, labels = encoded.rows(np.array([2, 0]))
    assert ids.shape == (2, TIME_MULTIPLE, 1)
    tokens = ids[:, :, 0]
    assert tokens.tolist()[0] == [4, 4, 4, 4, 4, 5, 0, 0]
    assert tokens.tolist()[1] == [4, 5, 0, 0, 0, 0, 0, 0]
    assert labels.tolist() == [0, 0]
    assert encoded.info["truncated"] == 1


def test_long_texts_keep_both_ends():
    assert both_ends(np.arange(10), 10).tolist() == list(range(10))
    assert both_ends(np.arange(10), 6).tolist() == [0, 1, 6, 7, 8, 9]


def test_a_plan_has_every_row_once_and_follows_seed_and_epoch():
    lengths = np.random.default_rng(0).integers(1, 400, 1003)
    plans = {k: plan(lengths, 8, *k) for k in ((0, 0), (0, 1), (1, 0), (None, 0))}
    for planned in plans.values():
        assert sorted(np.concatenate(planned)) == list(range(1003))
    orders = {tuple(np.concatenate(p)) for p in plans.values()}
    assert len(orders) == 4
    again = plan(lengths, 8, 0, 1)
    assert all((a == b).all() for a, b in zip(plans[0, 1], again, strict=True))


def test_bucketing_leaves_little_padding():
    lengths = np.random.default_rng(0).integers(1, 400, 5000)
    padded = sum(len(rows) * lengths[rows].max() for rows in plan(lengths, 32, 0))
    assert padded < 1.05 * lengths.sum()


def test_batches_are_the_plan(encoded):
    planned = plan(encoded.lengths, 3, 0)
    whole = [tokens.numpy() for tokens, _ in batches_of(encoded, planned)]
    later = [tokens.numpy() for tokens, _ in batches_of(encoded, planned[1:])]
    assert len(whole) == 3
    assert all((a == b).all() for a, b in zip(whole[1:], later, strict=True))


@pytest.mark.parametrize(
    ("text", "label", "message"),
    [
        ("  ", "x", "f:1: the text has no token"),
        ("a", "z", "f:1: label: expected one of x, y; got 'z'"),
    ],
)
def test_unusable_examples_are_named(tmp_path, text, label, message):
    vocabulary = Vocabulary(["a"])
    with pytest.raises(InputError, match=message):
        list(encode([Example(text, label, "f:1")], str.split, vocabulary, ["x", "y"], 9))


def test_an_empty_split_is_refused(tmp_path):
    with pytest.raises(InputError, match="test: expected examples; the split is empty"):
        Encoded.write(tmp_path / "test", iter([]))
