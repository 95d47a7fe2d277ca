"""Text to ids and back."""

import numpy as np
import pytest

from seqzoo.errors import InputError
from seqzoo.text.subwords import UNITS, Subwords
from seqzoo.text.vocabulary import BOS, EOS, PAD, UNK

TEXTS = [
    "Two young, White males are outside near many bushes.",
    "Several men in hard hats are operating a giant pulley system.",
    'He said: "No!" -- (quietly), it\'s 3.50 € or 1,000 $.',
    "  Ein   Mädchen\tläuft über die Straße … „schnell“ ",
    "元始に神天地を創造たまへり",
    "ﬁne ｆｕｌｌ　width",
] * 3


def plain(text):
    return " ".join(text.split())


@pytest.mark.parametrize("unit", UNITS)
def test_there_and_back(unit, tmp_path):
    subwords = Subwords.train(
        tmp_path / "m", lambda: iter(TEXTS), unit=unit, size=400, seed=0
    )
    for text in TEXTS:
        ids = subwords.encode(text)
        assert ids.dtype == np.int32
        assert not {PAD, UNK, BOS, EOS} & set(ids.tolist())
        assert subwords.decode([BOS, *ids, EOS, PAD]) == plain(text)
    subwords.save(tmp_path / "again")
    again = Subwords(tmp_path / "again", unit)
    assert len(again) == len(subwords) <= 400
    np.testing.assert_array_equal(again.encode(TEXTS[0]), subwords.encode(TEXTS[0]))


@pytest.mark.parametrize("unit", UNITS)
def test_a_character_never_seen(unit, tmp_path):
    subwords = Subwords.train(
        tmp_path / "m", lambda: iter(TEXTS), unit=unit, size=400, seed=0
    )
    ids = subwords.encode("Two ☃ males")
    assert ids.tolist().count(UNK) == 1
    assert "☃" not in subwords.decode(ids)
    assert subwords.decode(ids, ["snow"]).replace(" ", "") == "Twosnowmales"


@pytest.mark.parametrize("unit", ["unigram", "bpe"])
def test_variants_are_the_same_text(unit, tmp_path):
    subwords = Subwords.train(
        tmp_path / "m", lambda: iter(TEXTS), unit=unit, size=300, seed=0
    )
    variants = subwords.variants(TEXTS[0], 20, 0.3)
    assert len({tuple(ids) for ids in variants}) > 3
    assert {subwords.decode(ids) for ids in variants} == {TEXTS[0]}


def test_what_cannot_be(tmp_path):
    with pytest.raises(InputError, match="unit"):
        Subwords.train(
            tmp_path / "m", lambda: iter(TEXTS), unit="morpheme", size=300, seed=0
        )
    with pytest.raises(InputError, match="vocabulary: no unigram model of 5 pieces"):
        Subwords.train(tmp_path / "m", lambda: iter(TEXTS), unit="unigram", size=5, seed=0)
    (tmp_path / "bad").write_bytes(b"no model")
    with pytest.raises(InputError, match="bad: not a sentencepiece model"):
        Subwords(tmp_path / "bad", "bpe")
    words = Subwords.train(
        tmp_path / "m", lambda: iter(TEXTS), unit="word", size=300, seed=0
    )
    with pytest.raises(
        InputError, match="variants: expected the unit unigram or bpe; got word"
    ):
        words.variants("a", 2, 0.1)
