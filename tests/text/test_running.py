"""Units of running text: what its tokens are, and that they become text again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqzoo import InputError
from seqzoo.text.running import END, UNITS, Unit

TEXT = 'The cat (it\'s old) said: "No."\n\nTwo-fold  tabs\there.\n'


def test_units():
    assert list(Unit("space").lines("a  <unk> c \n\n d\n")) == [
        ["a", "<unk>", "c", END],
        ["d", END],
    ]
    lines = list(Unit("word", lowercase=True).lines(TEXT))
    assert lines[0] == [
        "the",
        "cat",
        "(",
        "it's",
        "old",
        ")",
        "said",
        ":",
        '"',
        "no",
        ".",
        '"',
        END,
    ]
    assert lines[1] == ["two-fold", "tabs", "here", ".", END]
    assert list(Unit("character").lines("a\tb\n")) == [["a", "\\t", "b", "\\n", END]]
    assert list(Unit("character").lines("ab", last=False)) == [["a", "b"]]
    with pytest.raises(InputError, match="unit"):
        Unit("letter")


def rejoined(unit, text):
    tokens = [token for line in unit.lines(text) for token in line]
    return "".join(unit.shown(t, b) for b, t in zip([None, *tokens], tokens, strict=False))


def test_tokens_become_text_again():
    assert (
        rejoined(Unit("word"), "He said (yes): no, never!\nSo.\n")
        == "He said (yes): no, never!\nSo.\n"
    )
    assert rejoined(Unit("space"), "a b , c\n") == "a b , c\n"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_characters_lose_nothing(text):
    assert rejoined(Unit("character"), text) == text + "\n"


@given(st.sampled_from(UNITS), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_token_breaks_a_vocabularys_lines(unit, text):
    for line in Unit(unit).lines(text):
        assert all(token and "\n" not in token and "\r" not in token for token in line)
