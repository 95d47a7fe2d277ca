"""Sentences by punctuation."""

import pytest

from seqzoo.text.sentences import sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["A man rides.", "A dog runs."],
        ["Mr. Smith goes to Washington.", "He stays."],
        ["J. R. Tolkien wrote it."],
        ["It costs 3.5 dollars."],
        ["What?!", "No!", "Yes."],
        ['He said "Go."', "Then he left."],
        ["e.g. this one, i.e. none."],
        ["The U.S. Army came.", "New ones came, too."],
        ["Wait... and see."],
        ["Version 2.21 is at example.com/a.html now."],
        ["Él vino.", "¿Quién?", "Nadie."],
        ["no punctuation at all"],
    ],
    ids=str,
)  # fmt: skip
def test_sentences_with_spaces(expected):
    assert sentences("  " + "  ".join(expected) + " ") == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["他来了。", "我走了！"],
        ["。。"],
        ["是吗？！", "对"],
        ["他说：“好。”", "然后走了。"],
    ],
    ids=str,
)
def test_sentences_without_spaces(expected):
    assert sentences("".join(expected)) == expected
    assert sentences("") == []
