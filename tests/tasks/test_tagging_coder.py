import random

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.tasks.tagging.coder import (
    Bigrams,
    build_coder,
    load_coder,
    normalize,
)
from seqzoo.tasks.tagging.cuts import pieces, runs


def test_pieces_end_at_ends_of_sentences():
    text = "甲乙。丙！？”丁戊：“己。”庚"
    assert [text[a:b] for a, b in pieces(text, 200)] == [
        "甲乙。",
        "丙！？”",
        "丁戊：“己。”",
        "庚",
    ]
    assert pieces("", 10) == []
    text = "甲乙丙丁戊己，庚辛壬癸"
    assert [text[a:b] for a, b in pieces(text, 8)] == ["甲乙丙丁戊己，", "庚辛壬癸"]
    assert [b - a for a, b in pieces("甲" * 25, 10)] == [10, 10, 5]


def test_pieces_are_the_text():
    generator = random.Random(0)
    for _ in range(300):
        text = "".join(generator.choices("甲乙丙。，！”", k=generator.randint(0, 60)))
        longest = generator.randint(2, 20)
        cut = pieces(text, longest)
        assert "".join(text[a:b] for a, b in cut) == text
        assert all(0 < b - a <= longest for a, b in cut)
        assert pieces(list(text), longest) == cut


def test_runs_know_their_places():
    assert runs(" 甲乙\u3000丙 ", "character") == [
        ("甲乙", range(1, 3)),
        ("丙", range(4, 5)),
    ]
    assert runs("Anna's co-op, ok", "word") == [
        (["Anna", "'s", "co-op", ",", "ok"], [0, 4, 7, 12, 14])
    ]
    assert runs("the U.S. $1,234.5.", "word")[0][0] == ["the", "U.S.", "$", "1,234.5", "."]
    assert runs("  ", "word") == []


@pytest.mark.parametrize(
    ("token", "unit", "expected"),
    [("７", "character", "0"), ("Ｋ", "character", "a"), ("℃", "character", "℃"), ("（", "character", "("),
     ("中", "character", "中"), ("Route66", "word", "Route00"), ("ﬁne", "word", "fine"),
     ("\u3000", "character", "\u2581"), (" ", "character", "\u2581"), ("New York", "word", "NewYork"),
     ("\u00b4", "word", "\u0301")],
)  # fmt: skip
def test_normalize(token, unit, expected):
    assert normalize(token, unit) == expected


def test_special_names_in_a_text_are_unknown():
    coder, _ = build_coder(lambda: iter([["a", "<pad>", "</s>"]]), "word", 50, 1, 0)
    assert coder.ids(["<pad>", "a", "</s>", "<s>"]).tolist() == [1, 4, 1, 1]


@pytest.mark.parametrize("unit", ["character", "word"])
def test_a_string_stands_for_its_characters(unit):
    coder, _ = build_coder(lambda: iter([list("甲乙7Z℃ab")]), unit, 50, 1, 0)
    for text in ("甲乙丙", "７9Ｚb℃…", "\ud800\U0001f600甲", "\ufb01", "甲", ""):
        for _ in range(2):  # the second time from the table
            assert coder.ids(text).tolist() == coder.ids(list(text)).tolist()
            assert coder.ids(text).dtype == np.int32


def test_pairs_and_their_counts(tmp_path):
    texts = [list("甲乙甲乙"), list("乙甲"), list("甲丙")]
    coder, counts = build_coder(lambda: iter(texts), "character", 50, 1, 2)
    ids = coder.ids(list("甲乙甲丁"))
    columns = coder.columns(ids)
    names = coder.vocabulary.tokens
    known = {(names[k // len(names)], names[k % len(names)]): n
             for k, n in zip(coder.bigrams.keys, counts, strict=True)}  # fmt: skip
    assert known == {("<s>", "甲"): 2, ("甲", "乙"): 2, ("乙", "甲"): 2}
    assert columns.shape == (4, 2)
    assert columns[3].tolist() == [1, 1]
    assert (columns[:3] > 1).all()
    coder.save(tmp_path)
    again = load_coder(
        tmp_path.joinpath, {"unit": "character", "max_length": 50}, with_bigrams=True
    )
    np.testing.assert_array_equal(again.columns(again.ids(list("甲乙甲丁"))), columns)
    (tmp_path / "bigrams.txt").write_text("甲 丁\n")
    with pytest.raises(InputError, match=r"bigrams\.txt: expected pairs"):
        Bigrams.load(tmp_path / "bigrams.txt", coder.vocabulary)
    with pytest.raises(InputError, match="none comes 9 times"):
        build_coder(lambda: iter(texts), "character", 50, 1, 9)
