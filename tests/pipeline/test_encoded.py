import itertools

import numpy as np
import pytest

from seqzoo import InputError, Vocabulary
from seqzoo.datasets import Example
from seqzoo.pipeline.batches import plan
from seqzoo.pipeline.encoded import SLACK, TIME_MULTIPLE, Encoded, both_ends, groups
from seqzoo.tasks.classification.data import ANSWER, class_of
from seqzoo.tasks.text_data import batches_of
from seqzoo.tasks.text_rows import rows_of

TEXTS = [f"{'a ' * n}b" for n in (1, 30, 5, 12, 7, 2, 64, 9)]


def encode(examples, tokenize, vocabulary, labels, max_length):
    return rows_of(examples, tokenize, vocabulary, max_length, class_of(labels))


@pytest.fixture
def encoded(tmp_path):
    vocabulary = Vocabulary.build(map(str.split, TEXTS))
    examples = [Example(text, "xy"[i % 2], f"f:{i + 1}") for i, text in enumerate(TEXTS)]
    return Encoded.write(
        tmp_path / "e", encode(examples, str.split, vocabulary, ["x", "y"], 40)
    )


def test_rows_come_back_padded_on_the_right(encoded):
    columns = encoded.rows(np.array([2, 0]))
    tokens = columns["tokens"]
    assert tokens.shape == (2, TIME_MULTIPLE)
    assert tokens.dtype == np.int32
    assert tokens.tolist()[0] == [4, 4, 4, 4, 4, 5, 0, 0]
    assert tokens.tolist()[1] == [4, 5, 0, 0, 0, 0, 0, 0]
    assert columns["label"].tolist() == [0, 0]
    assert encoded.numbers("shortened").sum() == 1


def test_columns_have_any_dtype_and_rank(tmp_path):
    draw = np.random.default_rng(0)
    rows = [
        {
            "frames": draw.normal(size=(n, 3)).astype(np.float32),  # (time, features)
            "image": draw.integers(0, 256, (4, n, 2)).astype(np.uint8)[
                :, :1
            ],  # (height, 1, channels)
            "parents": np.arange(n + 1, dtype=np.int64),  # (nodes,)
            "target": np.float32(n / 2),
            "box": np.float64(n),
        }
        for n in (5, 1, 9)
    ]
    encoded = Encoded.write(tmp_path / "e", rows, lengths="frames")
    assert encoded.lengths.tolist() == [5, 1, 9]
    found = Encoded(tmp_path / "e").rows(np.array([2, 0]), multiple=4)
    assert found["frames"].shape == (2, 12, 3)
    assert found["image"].shape == (2, 4, 1, 2)
    assert found["parents"].shape == (2, 12)
    assert found["target"].tolist() == [4.5, 2.5]
    for name in rows[0]:
        assert found[name].dtype == np.asarray(rows[0][name]).dtype, name
    for row, place in ((0, 2), (1, 0)):
        for name in ("frames", "image", "parents"):
            own = rows[place][name]
            assert (found[name][row, : len(own)] == own).all(), name
            assert not found[name][row, len(own) :].any(), name


def test_named_columns_alone_are_read(encoded):
    columns = encoded.rows(np.array([2, 0]), names=("label",))
    assert {name: values.tolist() for name, values in columns.items()} == {"label": [0, 0]}


@pytest.mark.parametrize("steps", [1, 40, 1000])
def test_spans_are_all_rows_in_order_without_padding(encoded, steps):
    rows = []
    for values, offsets in encoded.spans("tokens", steps):
        assert values.dtype == np.int32
        assert len(values) == offsets[-1]
        assert len(offsets) == 2 or len(values) <= steps
        rows += [values[start:stop].tolist() for start, stop in itertools.pairwise(offsets)]
    padded = encoded.rows(np.arange(len(encoded)))["tokens"]
    assert rows == [row[row > 0].tolist() for row in padded]


def test_rows_of_other_columns_are_refused(tmp_path):
    first = {"tokens": np.zeros(3, np.int32), "target": np.float32(0)}
    with pytest.raises(ValueError, match="row 1: expected columns"):
        Encoded.write(tmp_path / "a", [first, {"tokens": np.zeros(3, np.int32)}])
    with pytest.raises(ValueError, match="row 1: column tokens: expected"):
        Encoded.write(
            tmp_path / "b", [first, first | {"tokens": np.zeros((3, 2), np.int32)}]
        )
    with pytest.raises(ValueError, match="row 1: column target: expected"):
        Encoded.write(tmp_path / "c", [first, first | {"target": 0}])


@pytest.mark.parametrize("longest_first", [False, True])
def test_rows_far_apart_in_length_are_no_group(longest_first):
    lengths = [100, 1, 9, 10, 80, 500, 460, 400]
    made = groups(lengths, 8, None, longest_first, spread=0.15)
    assert sorted(row for rows in made for row in rows) == list(range(8))
    for rows in made:
        of_group = [lengths[row] for row in rows]
        assert max(of_group) - min(of_group) <= SLACK + 0.15 * min(of_group)
    assert len(made) < 8  # those near each other are


@pytest.mark.parametrize("longest_first", [False, True])
def test_groups_have_rows_of_like_length_within_their_bounds(longest_first):
    lengths = np.random.default_rng(0).integers(1, 60, 300).tolist()
    made = groups(lengths, 16, 200, longest_first)
    assert sorted(row for group in made for row in group) == list(range(300))
    for group in made:
        assert len(group) <= 16
        assert len(group) == 1 or len(group) * max(lengths[row] for row in group) <= 200
    heads = [lengths[group[0]] for group in made]
    assert heads == sorted(heads, reverse=longest_first)


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
    whole = [tokens.numpy() for tokens, _ in batches_of(encoded, planned, ANSWER)]
    later = [tokens.numpy() for tokens, _ in batches_of(encoded, planned[1:], ANSWER)]
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
