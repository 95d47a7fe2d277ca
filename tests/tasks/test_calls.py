"""One input, several, a stream: what `predict` gives of each."""

import json

import pytest

import seqzoo
from seqzoo import zoo
from seqzoo.errors import InputError
from seqzoo.tasks import calls

NAMES = [*zoo.pretrained()]


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return seqzoo.load(request.param)


def test_one_input_has_one_answer_and_a_stream_a_stream(model, tmp_path):
    texts = model.samples(3, 6)
    answers = model.predict(texts)
    assert isinstance(answers, list)
    one = texts[0]
    if "strokes" in model.READS:  # a list itself: one alone comes as a file
        one = tmp_path / "drawing.json"
        one.write_text(json.dumps(texts[0]))
    assert model.predict(one) == model.predict(texts[:1])[0]
    stream = model.predict(iter(texts))
    assert next(stream) == answers[0]
    assert list(stream) == answers[1:]


@pytest.mark.parametrize("given", [5, None, 0.5])
def test_what_is_neither_one_input_nor_several_is_refused(model, given):
    with pytest.raises(InputError, match=f"expected .*; got {type(given).__name__}$"):
        model.predict(given)


def test_a_path_is_one_input_and_texts_are_many(tmp_path):
    model = seqzoo.load("sentiment-zh")
    (tmp_path / "t.txt").write_text("质量很好", "utf-8")
    with pytest.raises(InputError, match=r"t\.txt: expected a file of one input"):
        model.predict(tmp_path / "t.txt")


def test_a_stream_is_read_as_it_is_answered(monkeypatch):
    monkeypatch.setattr(calls, "CHUNK", 2)
    model, read = seqzoo.load("sentiment-zh"), []

    def texts():
        for text in ("好", "很好", "太差了", "", "好"):
            read.append(text)
            yield text

    stream = model.predict(texts())
    assert next(stream)["text"] == "好"
    assert read == ["好", "很好"]
    assert next(stream)["text"] == "很好"
    with pytest.raises(InputError, match=r"texts\[3\]: the text is empty"):
        next(stream)


def test_one_input_that_cannot_be_used_is_named_as_one():
    model = seqzoo.load("sentiment-zh")
    with pytest.raises(InputError, match=r"^text: the text is empty"):
        model.predict("")


def test_a_model_shows_its_name_task_score_and_size(model):
    shown = repr(model)
    score = model.task.score
    kind, name = type(model).__name__, model.artifact.folder.name
    assert shown.startswith(f"<{kind} {name}: {model.task.name}, test {score} ")
    assert shown.endswith(" MB>")
