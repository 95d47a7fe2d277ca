"""Vocabularies: ids, files and tokens that no file can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqzoo import InputError, Vocabulary
from seqzoo.text import vocabulary as module
from seqzoo.text.tokenizer import Tokenizer


def test_ids_are_fixed_and_by_frequency():
    vocabulary = Vocabulary.build([["b", "a", "b"], ["c", "a", "b"]])
    assert vocabulary.tokens == ["<pad>", "<unk>", "<s>", "</s>", "b", "a", "c"]
    assert vocabulary.encode(["a", "zzz", "c"]).tolist() == [5, module.UNK, 6]
    assert vocabulary.decode([4, 3]) == ["b", "</s>"]


def test_minimum_count_and_maximum_size():
    texts = [["a"] * 3 + ["b"] * 2 + ["c"]]
    assert Vocabulary.build(texts, minimum_count=2).tokens[4:] == ["a", "b"]
    assert Vocabulary.build(texts, maximum_size=5).tokens[4:] == ["a"]


def test_nothing_left_is_an_error():
    with pytest.raises(InputError, match="no token of 1 comes 2 times"):
        Vocabulary.build([["a"]], minimum_count=2)


def test_counting_forgets_rare_tokens_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(module, "MAXIMUM_COUNTED", 10)
    texts = (["often", f"once{number}"] for number in range(100))
    vocabulary = Vocabulary.build(texts)
    assert vocabulary.tokens[4] == "often"
    assert len(vocabulary) < 20


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5))
def test_file_round_trip(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("vocabulary") / "v.txt"
    vocabulary = Vocabulary.build([*map(Tokenizer("character"), texts), ["x"]])
    vocabulary.save(path)
    assert Vocabulary.load(path).tokens == vocabulary.tokens
    assert path.read_bytes().decode().split("\n")[vocabulary.encode(["x"])[0]] == "x"


def test_foreign_file_is_refused(tmp_path):
    (tmp_path / "v.txt").write_text("a\nb\n")
    with pytest.raises(InputError, match=r"v\.txt: expected to start with"):
        Vocabulary.load(tmp_path / "v.txt")


@pytest.mark.parametrize("tokens", [["a", "a"], [""], ["a\nb"], ["<unk>"]])
def test_unusable_tokens_are_refused(tokens):
    with pytest.raises(InputError):
        Vocabulary(tokens)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<pad>\n<unk>\n<s>\n</s>\na", "line 5 has no line feed"),
        (b"<pad>\n<unk>\n<s>\n</s>\n\xff\n", "cannot be read"),
        (b"<pad>\n<unk>\n<s>\n</s>\na\na\n", "'a' comes twice"),
        (b"<pad>\n<unk>\n<s>\n</s>\n\n", "line 5: not a token"),
        (b"a\n", "expected to start with"),
    ],
)
def test_a_vocabulary_that_is_none_is_named(tmp_path, content, message):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"vocabulary.txt: .*{message}"):
        Vocabulary.load(path)


def test_a_token_that_no_file_can_hold_is_refused():
    for token in ("\ud800", "a\nb", "\r", ""):
        with pytest.raises(InputError, match="not a token"):
            Vocabulary([token])
