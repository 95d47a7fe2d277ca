"""Classifiers that say that they are unsure."""

import json
import sys

import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from tests.support.command_line import Input, failure

TEXTS = ["a great lovely film", "the film was a story", "awful dull plot"]


def test_a_label_below_the_bound_is_unsure_and_the_probabilities_stay(trained):
    model = seqzoo.load(trained)
    usual = model.predict(TEXTS)
    best = sorted(max(answer["probabilities"].values()) for answer in usual)
    bound = (best[0] + best[1]) / 2
    assert best[0] < bound < best[1]
    careful = model.predict(TEXTS, min_confidence=bound)
    for before, after in zip(usual, careful, strict=True):
        sure = max(before["probabilities"].values()) >= bound
        assert after["label"] == (before["label"] if sure else "unsure")
        assert after["probabilities"] == before["probabilities"]
    assert [answer["label"] for answer in careful].count("unsure") == 1
    assert model.predict(TEXTS, min_confidence=0.0) == usual
    with pytest.raises(InputError, match="min_confidence: expected at most 1; got 2"):
        model.predict(TEXTS, min_confidence=2)
    model.labels = ["unsure", "good"]
    with pytest.raises(InputError, match='a class named "unsure"'):
        model.predict(TEXTS, min_confidence=0.5)


def test_the_flag(trained, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input(TEXTS[1].encode()))
    assert main(["predict", str(trained), "--plain", "--min-confidence", "1"]) == 0
    assert capfd.readouterr().out == "unsure\n"
    monkeypatch.setattr(sys, "stdin", Input(TEXTS[0].encode()))
    assert main(["predict", "sentiment-imdb", "--min-confidence", "0.5"]) == 0
    assert json.loads(capfd.readouterr().out)["label"] == "positive"
    message = failure(capfd, main(["predict", "lm-ptb-small", "--min-confidence", "0.5"]))
    assert "--min-confidence: it is for classification" in message


def test_a_request_may_set_it():
    from seqzoo.serving.schemas import PredictRequest

    properties = PredictRequest.model_json_schema()["properties"]["min_confidence"]
    assert {"minimum": 0, "maximum": 1} in [
        {key: each[key] for key in ("minimum", "maximum") if key in each}
        for each in properties["anyOf"]
    ]
