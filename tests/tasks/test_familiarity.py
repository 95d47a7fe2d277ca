"""What answers say of how familiar their input is."""

import json
import sys

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.artifact import packing
from seqzoo.tasks.familiarity import (
    HUNDREDTHS,
    Familiarity,
    hundredths,
    known_share,
    spread,
)
from tests.support.command_line import Input

STRANGE = ["The stock market fell sharply on Monday.", "I love you."]
CAPTIONS = [
    "A man is riding a horse.",
    "Two dogs play in the snow.",
    "A woman in a red shirt is standing in front of a shop.",
    "A group of people are sitting at a table.",
]


@pytest.fixture(scope="module")
def translator():
    return seqzoo.load("translation-en-de")


def test_a_translator_of_captions_tells_what_is_none(translator):
    for text, answer in zip(
        STRANGE + CAPTIONS, translator.predict(STRANGE + CAPTIONS), strict=True
    ):
        found = answer["familiarity"]
        assert found["unfamiliar"] == (text in STRANGE), text
        assert found["known"] == 1.0
        assert 0 <= found["percentile"] <= 100
        assert (found["percentile"] < 2) == found["unfamiliar"]
    # What is drawn is less likely whatever the text: its place says nothing.
    (drawn,) = translator.predict(CAPTIONS[:1], seed=1, beam_size=1)
    assert "percentile" not in drawn["familiarity"]


def test_plain_output_tells_it_once(capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input("\n".join(STRANGE + CAPTIONS).encode()))
    assert main(["predict", "translation-en-de", "--plain"]) == 0
    captured = capfd.readouterr()
    assert len(captured.out.splitlines()) == 6
    assert captured.err == (
        "2 of 6 texts are unlike those the model was trained on (the first: "
        "'The stock market fell sharply on Monday.'); do not rely on their answers\n"
    )
    monkeypatch.setattr(sys, "stdin", Input(STRANGE[0].encode()))
    assert main(["predict", "translation-en-de"]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    assert json.loads(captured.out)["familiarity"]["unfamiliar"]


def test_every_text_model_says_how_many_tokens_it_knows():
    """The share is counted here from the vocabulary, by another way than the models'."""
    for name, text, known in (
        ("sentiment-imdb", "a wonderful film qqzzy xxyyq", 0.6),
        ("sentiment-zh", "质量很好", 1.0),
        ("segmentation-peoples-daily", "中国 \U0001f602", 0.6667),
        ("entities-peoples-daily", "中国", 1.0),
        ("lm-ptb-small", "the company qqzzy said", 0.75),
        ("characters-python", "def f():", 1.0),
    ):
        (answer,) = seqzoo.load(name).predict([text])
        assert answer["familiarity"]["known"] == known, name


def test_a_language_model_tells_text_of_another_kind():
    model = seqzoo.load("lm-ptb-small")
    texts = ["the company said it will sell the unit", "DAS IST KEIN ENGLISCHER SATZ"]
    usual, strange = (answer["familiarity"] for answer in model.predict(texts))
    assert not usual["unfamiliar"]
    assert strange["unfamiliar"]
    assert usual["percentile"] > 2


def test_a_percentile_is_the_share_of_less_likely_texts():
    random = np.random.default_rng(0)
    likelihoods = random.normal(size=5000)
    told = Familiarity({"likelihoods": hundredths(likelihoods)}, "config.json")
    for value in (-1.5, -0.3, 0.0, 0.9):
        share = 100 * np.mean(likelihoods < value)
        assert told.of(1.0, value)["percentile"] == pytest.approx(share, abs=0.5)
    assert told.of(1.0, -99)["percentile"] == 0
    assert told.of(1.0, 99)["percentile"] == 100
    assert told.of(1.0) == {"known": 1.0, "unfamiliar": False}
    assert told.of(0.5, 99.0)["unfamiliar"]
    assert known_share([]) == 1.0
    assert known_share([1, 5, 6, 1]) == 0.5
    assert len(spread(5)) == 5
    assert len(set(spread(12_345))) == 1000


@pytest.mark.parametrize(
    "given",
    [
        "x",
        3,
        [1.0] * 100,
        [2.0, *[1.0] * 100],
        [float("nan")] * 101,
        [None] * 101,
        [True] * 101,
    ],
    ids=str,
)
def test_damaged_likelihoods_are_refused(given):
    with pytest.raises(InputError, match=f'"likelihoods": {HUNDREDTHS} ascending numbers'):
        Familiarity({"likelihoods": given}, "config.json")


def test_an_artifact_is_amended_and_stays_sound(trained, tmp_path):
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    before = seqzoo.load(folder).predict(["great film"])
    packing.amend(folder, {"likelihoods": [0.0] * HUNDREDTHS})
    model = seqzoo.load(folder)
    assert model.config["text"]["likelihoods"] == [0.0] * HUNDREDTHS
    assert model.predict(["great film"]) == before
    assert {path.name for path in folder.iterdir()} == {
        path.name for path in trained.iterdir()
    }


def test_sentences_of_a_line_are_translated_one_by_one(translator):
    one, other = "Two dogs play in the snow.", "A man is riding a horse."
    first, second, both = translator.predict([one, other, f"{one} {other}"])
    assert both["translation"] == f"{first['translation']} {second['translation']}"
    assert both["sentences"] == 2
    assert "sentences" not in first
    assert both["log_prob"] == pytest.approx(
        first["log_prob"] + second["log_prob"], abs=1e-4
    )
    (whole,) = translator.predict([f"{one} {other}"], split_sentences=False)
    assert "sentences" not in whole
    (aligned,) = translator.predict([f"{one} {other}"], alignments=True)
    rows = np.array(aligned["alignments"])
    assert rows.shape == (len(aligned["target_pieces"]), len(aligned["source_pieces"]))
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=0.01)
    (half,) = translator.predict([f"{one} {STRANGE[0]}"])
    assert half["familiarity"]["unfamiliar"], "one strange sentence is enough"


def test_full_width_letters_are_read_as_usual_ones(translator):
    wide, usual = translator.predict(["Ｔｗｏ ｄｏｇｓ ｐｌａｙ.", "Two dogs play."])
    assert wide["translation"] == usual["translation"]
    assert translator.predict(["A MAN IS RIDING A HORSE."])[0]["familiarity"]["unfamiliar"]
