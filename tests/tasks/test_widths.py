"""Letters and digits of full width, and katakana of half width, in what people write."""

import json
from pathlib import Path

import pytest

import seqzoo
from seqzoo.__main__ import main

CASES = next(
    (
        p / "shared" / "cases"
        for p in Path(__file__).parents
        if (p / "shared" / "cases").exists()
    ),
    Path("no such folder"),
)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
# A finished model, texts that it answers alike in either width.
ALIKE = {
    "sentiment-imdb": ["A wonderful film.", "Dull, 2 of 10!"],
    "sentiment-zh": ["质量很好, 100分!", "iPhone 5用了2天就坏了"],
    "segmentation-peoples-daily": ["我用iPhone15Pro上B站,1998年3.5%", "ABC公司和100人"],
    "entities-peoples-daily": ["李明1998年从上海来到IBM公司。"],
    "translation-en-de": ["A man is riding a horse.", "2 dogs run."],
}


@pytest.mark.parametrize("name", ALIKE)
def test_full_width_is_answered_as_half_width(name):
    """Only the text itself, and what is cut out of it, has the width that it was given in."""
    model = seqzoo.load(name)
    for text in ALIKE[name]:
        usual, wide = model.predict([text, text.translate(WIDE)])
        assert wide.pop("text") == usual.pop("text").translate(WIDE)
        if "words" in usual:
            usual["words"] = [word.translate(WIDE) for word in usual["words"]]
        for entity in usual.get("entities", ()):
            entity["text"] = entity["text"].translate(WIDE)
        assert wide == usual


def test_katakana_of_half_width_is_read_as_that_of_full_width():
    model = seqzoo.load("segmentation-peoples-daily")
    (answer,) = model.predict(["在ｶﾞﾗｽ店"])  # with a voiced mark of its own
    assert answer["words"] == ["在", "ｶﾞﾗｽ", "店"]
    model = seqzoo.load("sentiment-zh")
    usual, narrow = model.predict(["ガラスは好い", "ｶﾞﾗｽは好い"])
    assert narrow["probabilities"] == pytest.approx(usual["probabilities"], abs=1e-6)


LINES = [
    "A man is riding a horse.",
    "Ａ man is riding a horse．",
    "A DOG IS RUNNING",
    "a <unk> b",
]


def test_other_widths_are_translated_and_capitals_are_said_to_be_unfamiliar(
    tmp_path, capfd
):
    path = CASES / "translation" / "widths.txt"
    if not path.exists():
        path = tmp_path / "widths.txt"
        path.write_text("\n".join(LINES) + "\n", "utf-8")
    assert main(["predict", "translation-en-de", str(path)]) == 0
    usual, wide, capitals, odd = map(json.loads, capfd.readouterr().out.splitlines())
    assert wide["translation"] == usual["translation"] == "Ein Mann reitet auf einem Pferd."
    assert not usual["familiarity"]["unfamiliar"]
    assert capitals["familiarity"]["unfamiliar"]
    assert odd["familiarity"]["unfamiliar"]
