"""Segmenter and entity tagger as a user meets them, from a trained folder to words and entities."""

import json
import sys

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import seqzoo
from seqzoo.__main__ import main
from seqzoo.layers import CRF
from seqzoo.system.files import read_json, read_lines
from tests.support.command_line import Input

TEXT = "中国人民的银行在北京。共产党员很快了１９９８年。"


@pytest.fixture(scope="module")
def words(segmenter):
    return seqzoo.load(segmenter)


@pytest.fixture(scope="module")
def names(entity_tagger):
    return seqzoo.load(entity_tagger)


def test_words_come_out(words, segmenter):
    (answer,) = words.predict([TEXT])
    assert answer["words"][:5] == ["中国", "人民", "的", "银行", "在"]
    assert read_json(segmenter / "metrics.json")["test"]["f1"] > 0.95


def test_entities_with_their_places(names):
    (answer,) = names.predict(["said Anna Berg in Thal ."])
    assert answer["entities"] == [
        {"start": 5, "end": 14, "label": "person", "text": "Anna Berg"},
        {"start": 18, "end": 22, "label": "place", "text": "Thal"},
    ]
    assert names.to_line(answer, True) == "Anna Berg/person\tThal/place"


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=80))
@example("")
@example(" \t ")
@example("中国 TensorFlow2.21\u3000很快！😀👨‍👩‍👧 １２３．４５％ e\u0301\u200b…ﬁ℃")
@example("\ud800中国")
@example("1,000.5元" * 10)
def test_the_words_joined_are_the_text(words, text):
    text = text.replace("\0", "")
    (answer,) = words.predict([text])
    assert "".join(answer["words"]) == text
    assert all(answer["words"])
    plain = words.to_plain(answer)
    assert "".join(plain.split()) == "".join(text.split())
    assert plain.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "whole",
    [
        "TensorFlow",
        "Müller",
        "don't",
        "e\u0301",
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "Ｋｅｒａｓ",
        "3.14",
        "1,000,000",
        "１９９８",
        "２．５",
    ],
)
def test_latin_words_and_numbers_stay_whole(words, whole):
    (answer,) = words.predict([f"中国{whole}人民"])
    assert any(whole in word for word in answer["words"])


def test_a_batch_gives_what_its_rows_give(words, names):
    for model, texts in (
        (words, [TEXT, TEXT[:3], "", TEXT * 30, "快"]),
        (names, ["said Anna Berg", "in Thal . " * 50, ""]),
    ):
        assert (
            model.predict(texts * 30) == [model.predict([text])[0] for text in texts] * 30
        )


def test_a_line_of_one_megabyte_without_a_full_stop(words):
    text = TEXT.replace("。", "") * 20_000
    assert len(text.encode()) > 1e6
    (answer,) = words.predict([text])
    assert "".join(answer["words"]) == text
    assert answer["words"][:3] == ["中国", "人民", "的"]


def test_the_command_line(segmenter, words_file, capfd, monkeypatch):
    data = f"{TEXT}\n\n中国 人民\n".encode()
    monkeypatch.setattr(sys, "stdin", Input(data))
    assert main(["predict", str(segmenter), "--plain"]) == 0
    lines = capfd.readouterr().out.split("\n")
    assert lines[0].startswith("中国 人民 的 银行 在 北京 。 共产党员")
    assert lines[1:3] == ["", "中国 人民"]
    monkeypatch.setattr(sys, "stdin", Input(data))
    assert main(["predict", str(segmenter)]) == 0
    answers = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == [TEXT, "", "中国 人民"]
    monkeypatch.setattr(
        sys, "stdin", Input("中国\n\ud800".encode("utf-8", "surrogatepass"))
    )
    assert main(["predict", str(segmenter)]) == 2
    assert "standard input:2: invalid UTF-8 at byte 1" in capfd.readouterr().err
    assert main(["evaluate", "--json", str(segmenter), "--data", str(words_file)]) == 0
    assert json.loads(capfd.readouterr().out)["f1"] > 0.95


def test_the_saved_network_is_plain_keras_and_its_transitions_a_file(segmenter, words):
    """What the model card says: scores of the network and transitions give the tags."""
    stock = keras.saving.load_model(segmenter / "model.keras")
    assert {type(layer).__module__.partition(".")[0] for layer in stock.layers} == {"keras"}
    tags, scores = (
        read_lines(segmenter / "tags.txt"),
        read_json(segmenter / "transitions.json"),
    )
    tokens = list("中国人民的银行")
    columns = words.tagging.coder.columns(words.tagging.coder.ids(tokens))
    emissions = np.asarray(stock([columns[None, :, 0], columns[None, :, 1]]))
    crf = CRF(len(tags))
    crf.build(emissions.shape)
    crf.set_weights(
        [np.array(scores[name], np.float32) for name in ("start", "transitions", "end")]
    )
    best = [tags[i] for i in np.asarray(crf(emissions)["tags"])[0]]
    assert best == words.tagging([tokens])[0]
