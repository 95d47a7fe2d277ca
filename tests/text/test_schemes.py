import itertools
import random

import pytest

from seqzoo import InputError
from seqzoo.text import schemes

LABELS = ("person", "place")


def random_spans(generator, length):
    spans, place = [], 0
    while place < length:
        stop = min(length, place + generator.randint(1, 4))
        if generator.random() < 0.6:
            spans.append((place, stop, generator.choice(LABELS)))
        place = stop
    return spans


@pytest.mark.parametrize("scheme", schemes.SCHEMES)
def test_spans_to_tags_and_back(scheme):
    generator = random.Random(0)
    for _ in range(300):
        spans = random_spans(generator, generator.randint(0, 12))
        length = max((stop for _, stop, _ in spans), default=0) + generator.randint(0, 2)
        tags = schemes.spans_to_tags(spans, length, scheme)
        schemes.check(tags, scheme)
        assert schemes.tags_to_spans(tags) == spans
        assert schemes.repair(tags, scheme) == tags
        starts, allowed, ends = schemes.legal(names := sorted({*tags, "O"}), scheme)
        ids = [names.index(tag) for tag in tags]
        assert all(allowed[a][b] for a, b in itertools.pairwise(ids))
        assert not ids or (starts[ids[0]] and ends[ids[-1]])


@pytest.mark.parametrize(
    ("tags", "spans"),
    [  # `test_metrics.py` compares thousands of random sequences with conlleval
        ("I-a I-a O I-b", [(0, 2, "a"), (3, 4, "b")]),
        ("B-a I-b I-b", [(0, 1, "a"), (1, 3, "b")]),
        ("B-a E-a I-a S-a E-a", [(0, 2, "a"), (2, 3, "a"), (3, 4, "a"), (4, 5, "a")]),
        ("M-a B-a O", [(0, 1, "a"), (1, 2, "a")]),
    ],
)
def test_illegal_sequences(tags, spans):
    assert schemes.tags_to_spans(tags.split()) == spans
    for scheme in schemes.SCHEMES:
        assert schemes.tags_to_spans(schemes.repair(tags.split(), scheme)) == spans


@pytest.mark.parametrize("scheme", schemes.SCHEMES)
def test_legal_is_what_repair_leaves_alone(scheme):
    names = schemes.tags_of(LABELS, scheme)
    starts, allowed, ends = schemes.legal(names, scheme)
    for ids in itertools.product(range(len(names)), repeat=3):
        tags = [names[i] for i in ids]
        ok = (
            starts[ids[0]]
            and ends[ids[2]]
            and all(allowed[a][b] for a, b in itertools.pairwise(ids))
        )
        assert ok == (schemes.repair(tags, scheme) == tags), tags


def test_words_and_tags():
    words = ["中国", "的", "共产党员"]
    assert schemes.words_to_tags(words) == list("BESBMME")
    assert schemes.tags_to_words("中国的共产党员", list("BESBMME")) == words
    assert schemes.tags_to_words("中国的共", list("MMEB")) == ["中国的", "共"]
    assert schemes.tags_to_words("", []) == []
    assert schemes.tags_of(["", "x"], "BIO") == ["O", "B", "I", "B-x", "I-x"]
    for tags in itertools.product("BMES", repeat=5):
        assert "".join(schemes.tags_to_words("甲乙丙丁戊", tags)) == "甲乙丙丁戊"


def test_what_is_wrong_is_named():
    with pytest.raises(
        InputError, match=r"file:3: expected a tag of BMES \(B, E, M, O, S.*got 'I'"
    ):
        schemes.check(["I"], "BMES", "file:3")
    for tag in ("O-x", "-x", "BI-x", "BI", "", "B-"):
        with pytest.raises(InputError, match=f"got '{tag}'"):
            schemes.check([tag], "BIO")
    with pytest.raises(InputError, match="scheme: expected one of BIO, BIOES, BMES"):
        schemes.check([], "BILOU")
    with pytest.raises(InputError, match="overlapping"):
        schemes.spans_to_tags([(0, 2, "a"), (1, 3, "b")], 3, "BIO")
    with pytest.raises(InputError, match="one for each of 2 characters; got 1"):
        schemes.tags_to_words("中国", ["S"])
