import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqzoo import InputError
from seqzoo.text.tokenizer import Tokenizer


def test_words_punctuation_and_apostrophes():
    assert Tokenizer()("I DON'T know -- it's 9/10!<br /><br/>Bad.") == (
        ["i", "don't", "know", "-", "-", "it's", "9", "/", "10", "!", "bad", "."]
    )


def test_compatibility_forms_become_one():
    assert Tokenizer()("ＡＢＣ １２") == ["abc", "12"]


def test_characters_without_white_space():
    assert Tokenizer("character")("书 很\t好　！") == ["书", "很", "好", "!"]


def test_case_can_be_kept():
    assert Tokenizer(lowercase=False)("No") == ["No"]


def test_unknown_unit_lists_choices():
    with pytest.raises(InputError, match="character, word"):
        Tokenizer("words")


@given(st.text())
def test_tokens_are_never_blank(text):
    for unit in ("word", "character"):
        assert all(token.strip() for token in Tokenizer(unit)(text))


@given(st.text(st.characters(codec="utf-8")))
def test_no_visible_character_is_lost(text):
    tokenizer = Tokenizer()
    assert "".join(tokenizer(text)) == "".join(tokenizer.normalize(text).split())
