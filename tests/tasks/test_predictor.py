"""What every predictor does with texts, tried on a classifier."""

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.tasks.streams import CHUNK

TEXTS = [
    "a great and lovely film",
    "awful",
    "the plot was dull " * 30,
    "superb acting zzzz",
]


@pytest.fixture(scope="module")
def model(trained):
    return seqzoo.load(trained)


def test_answers_have_label_and_probabilities(model):
    answers = model.predict(TEXTS)
    assert [a["label"] for a in answers] == ["good", "bad", "bad", "good"]
    for answer, text in zip(answers, TEXTS, strict=True):
        assert answer["text"] == text
        assert sum(answer["probabilities"].values()) == pytest.approx(1)
        assert answer["probabilities"][answer["label"]] > 0.5
    assert model.predict([]) == []


def test_one_by_one_and_together_are_the_same(model):
    together = model.predict(TEXTS * 20)
    for i, text in enumerate(TEXTS):
        alone = model.predict([text])[0]["probabilities"]
        for other in (together[i], together[i + 40]):
            for label, p in alone.items():
                assert other["probabilities"][label] == pytest.approx(p, abs=1e-5)


def test_it_is_the_keras_model(model):
    ids = model.encode(TEXTS[0], "here")
    expected = np.asarray(model.model(ids[None], training=False))[0]
    got = list(model.predict(TEXTS[:1])[0]["probabilities"].values())
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"texts\[1\]: the text is empty"),
        (" \t\n", r"texts\[1\]: the text is blank"),
        ("zzzz qqqq", r"texts\[1\]: none of the 2 tokens is known"),
        ("a\0b", r"texts\[1\]: a NUL character at 2"),
        (7, r"texts\[1\]: expected a string; got int"),
    ],
)
def test_unusable_texts_are_named(model, text, message):
    with pytest.raises(InputError, match=message):
        model.predict(["fine", text])


def test_lines_stream_in_order_across_chunks(model):
    lines = ((n, f"great {n}" if n % 2 else "awful") for n in range(1, CHUNK + 100))
    answers = list(model.predict_lines(lines, "f"))
    assert len(answers) == CHUNK + 99
    assert [a["label"] for a in answers[:2]] == ["good", "bad"]
    assert answers[-1]["text"] == f"great {CHUNK + 99}"


def test_lines_before_a_bad_one_are_answered(model):
    lines = [(1, "great"), (2, ""), (3, b"awful"), (4, b"a\xff")]
    answers = model.predict_lines(iter(lines), "f.txt")
    assert next(answers)["label"] == "good"
    with pytest.raises(InputError, match=r"f\.txt:2: the text is empty"):
        next(answers)
    kept = list(model.predict_lines(iter(lines), "f.txt", keep_going=True))
    assert [a.get("label") for a in kept] == ["good", None, "bad", None]
    assert "invalid UTF-8 at byte 2" in kept[3]["error"]
    assert kept[1] == {"line": 2, "error": "f.txt:2: the text is empty"}


def test_lines_before_a_damaged_file_ends_are_answered(model):
    def lines():
        yield 1, "great"
        raise InputError("f.gz: cannot be read to its end")

    answers = model.predict_lines(lines(), "f.gz")
    assert next(answers)["label"] == "good"
    with pytest.raises(InputError, match="read to its end"):
        next(answers)
