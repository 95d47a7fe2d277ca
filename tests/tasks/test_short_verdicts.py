"""Sixty short sentences, whose verdict a reader sees at once, put to the finished sentiment model."""

import csv
from pathlib import Path

import pytest

import seqzoo

SURE = 0.95
RIGHT = 49  # of sixty, at least; `docs/records/sentiment.md` has the figures


@pytest.fixture(scope="module")
def answers():
    path = Path(__file__).parent / "short_verdicts.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = seqzoo.load("sentiment-imdb").predict([row["text"] for row in rows])
    return [(row, answer) for row, answer in zip(rows, found, strict=True)]


def test_most_are_right(answers):
    assert len(answers) == 60
    right = [row["text"] for row, answer in answers if answer["label"] == row["label"]]
    assert len(right) >= RIGHT


def test_no_wrong_answer_is_sure(answers):
    wrong = [(row, answer) for row, answer in answers if answer["label"] != row["label"]]
    sure = [
        row["text"] for row, answer in wrong if max(answer["probabilities"].values()) > SURE
    ]
    assert not sure
