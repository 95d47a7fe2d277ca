"""Captions without a network: tokens, moved pictures, parts, scores of a made model."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets.pictures import made
from seqzoo.datasets.pictures.picture import Picture
from seqzoo.datasets.whole import Read
from seqzoo.tasks.captions.data import Batch, Pictures
from seqzoo.tasks.captions.diagnosis import looked_at, varied
from seqzoo.tasks.captions.inference import Captioning, Search
from seqzoo.tasks.captions.moved import moved
from seqzoo.tasks.captions.naive import answers, most_frequent
from seqzoo.tasks.captions.scores import losses
from seqzoo.tasks.captions.text import Text, joined, tokens_of, unit_of
from seqzoo.text.vocabulary import BOS, EOS

SETTINGS = {
    "validation": 0.1, "test": 0.1, "unit": "auto", "lowercase": True, "minimum_count": 1, "image_size": 16,
    "beam_size": 2, "length_penalty": 0.0, "batch_size": 8, "seed": 0, "epochs": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    read = Read({"train": made.made_pictures(300, seed=0)}, "made")
    return Pictures.prepare(tmp_path_factory.mktemp("p") / "p", read, **SETTINGS)


@pytest.mark.parametrize(
    ("caption", "unit", "tokens", "again"),
    [
        ("A man's dog, on .", "word", ["a", "man's", "dog", ",", "on", "."], "a man's dog, on."),
        ("medium-light skin", "word", ["medium-light", "skin"], "medium-light skin"),
        ("⿰氵工", "character", ["⿰", "氵", "工"], "⿰氵工"),
        ("侦探  肤色", "character", ["侦", "探", "▁", "肤", "色"], "侦探 肤色"),
    ],
)  # fmt: skip
def test_captions_are_cut_and_joined(caption, unit, tokens, again):
    assert tokens_of(caption, unit, True) == tokens
    assert joined(tokens, unit) == again
    assert tokens_of(again, unit, True) == tokens


def test_the_script_says_the_unit():
    assert unit_of(["a dog", "a cat"]) == "word"
    assert unit_of(["狗", "⿰氵工", "OK"]) == "character"


def test_unknown_tokens_and_small_letters():
    text = Text.of(["A dog", "a cat"], "auto", lowercase=True, minimum_count=2)
    assert text.vocabulary.tokens[4:] == ["a"]
    assert text.encode("A bird").tolist() == [4, 1, EOS]
    assert text.normal("A  Dog!") == "a dog!"


def test_held_out_captions_are_new_and_their_words_are_not(data):
    seen = {said[0] for said in data.references("train")}
    words = {word for caption in seen for word in caption.split()}
    for part in ("validation", "test"):
        held = {said[0] for said in data.references(part)}
        assert held and not held & seen
        assert {word for caption in held for word in caption.split()} <= words
    assert "combinations never seen, their parts seen" in data.description


def test_training_reads_the_token_before_and_foretells_the_end(data):
    (batch, *_) = data.plan(0)
    pictures, given, following, done = data.arrays(batch)
    assert pictures.shape == (8, 16, 16, 3) and 0 <= pictures.min() < pictures.max() <= 1
    assert done == 0
    for row, number in enumerate(batch.rows):
        ids = data.text.encode(data.references("train")[number][0])
        count = len(ids)
        assert following[row, :count].tolist() == ids.tolist()
        assert given[row, :count].tolist() == [BOS, *ids[:-1].tolist()]
        assert not given[row, count:].any() and not following[row, count:].any()


def test_the_same_batch_is_the_same_and_another_epoch_moves_pictures(data):
    data.shift = 0.2
    rows = np.arange(5)
    one, again, other = (data.arrays(Batch(rows, 0.0, (0, e, 0)))[0] for e in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    data.shift = 0.0
    plain = data.arrays(Batch(rows, 0.0, (0, 0, 0)))[0]
    np.testing.assert_array_equal(plain, data.pixels["train"][:5] / np.float32(255))


def test_several_captions_of_a_picture_are_rows_of_it(tmp_path):
    pictures = [
        Picture(each.read, (each.captions[0], "a thing"), f"x {n}")
        for n, each in enumerate(made.made_pictures(20, seed=1))
    ]
    own = Pictures.prepare(tmp_path / "p", Read({"train": pictures}, "made"), **SETTINGS)
    assert own.sizes()["test"] == own.sizes()["validation"] == 2
    assert own.sizes()["train"] == 16 and len(own.encoded["train"]) == 32
    assert own.encoded["train"].numbers("picture").tolist() == [n // 2 for n in range(32)]
    assert own.constant == "a thing"
    with pytest.raises(InputError, match=r"^made: expected 3 pictures to train on"):
        Pictures.prepare(tmp_path / "q", Read({"train": pictures[:2]}, "made"), **SETTINGS)


def test_a_moved_picture_is_white_where_nothing_is_left():
    black = np.zeros((20, 20, 3), np.uint8)
    random = np.random.default_rng(0)
    found = np.stack([moved(black, 0.2, random) for _ in range(30)])
    assert found.dtype == np.uint8 and (found == 255).any() and (found == 0).any()
    assert moved(black, 0.0, random) is black


def test_the_naive_answer_is_the_most_frequent_caption():
    assert most_frequent(["b", "a", "b", "a"]) == "a"
    text = Text.of(["a dog", "a cat"], "word", True, 1)
    (found,) = answers([["a dog"], ["A Dog", "x"], ["a cat"]], "a dog", text)
    assert found.figures["exact"] == pytest.approx(2 / 3)


def test_a_decoder_that_ignores_its_picture_loses_nothing_beside_another():
    text = Text.of(["one two", "one", "two", "two two"], "word", True, 1)
    pictures = [np.full((1, 1, 3), n, np.uint8) for n in range(4)]
    references = [["one two"], ["one"], ["two"], ["two two", "one"]]

    def blind(pairs):
        return [(np.full(len(ids), -0.5, np.float32), None) for _, ids in pairs]

    own = {tuple(text.encode(c)): n for n, said in enumerate(references) for c in said}

    def seeing(pairs):
        return [
            (np.full(len(ids), -0.5 if own[tuple(ids)] == picture[0, 0, 0] else -2.0), None)
            for picture, ids in pairs
        ]

    model = SimpleNamespace(text=text, scores=blind)
    assert losses(model, pictures, references) == (0.5, 0.5)
    assert looked_at(0.5, 0.5).severity == "warning"
    references = [["one two"], ["one"], ["two"], ["two two"]]
    own = {tuple(text.encode(said[0])): n for n, said in enumerate(references)}
    model.scores = seeing
    assert losses(model, pictures, references) == (0.5, 2.0)
    assert looked_at(0.5, 2.0).severity == "ok"


@pytest.mark.parametrize("beam", [1, 3])
def test_a_caption_has_a_token_at_least(beam):
    shares = np.full((1, 6), 0.01)
    shares[0, EOS] = 0.95  # nothing at all is the likeliest

    def step(tokens, state):
        return np.log(np.repeat(shares, len(tokens), axis=0)), state, None

    begun = SimpleNamespace(step=step, state=[np.zeros((1, 1))])
    model = SimpleNamespace(longest=4)
    found = Captioning._searched(model, begun, Search(beam_size=beam))
    assert found.lengths[0, 0] == 2 and found.tokens[0, 0, 1] == EOS


def test_one_caption_for_all_is_told():
    known = [(f"caption {n}",) for n in range(10)]
    assert varied(["same"] * 10, known).severity == "warning"
    assert varied([said[0] for said in known], known).severity == "ok"
    assert varied(["same"] * 10, [("same",)] * 10).severity == "ok"
    assert varied(["same"] * 3, known[:3]).severity == "note"


def test_a_language_is_for_emoji(capfd):
    assert main(["train", "captions", "--language", "zh"]) == 2
    assert "--language" in capfd.readouterr().err
