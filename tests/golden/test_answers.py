"""The finished models answer as they did before the house was rebuilt."""

import json

import pytest

from tests.golden.answers import FILE, TEXTS, answers

CLOSE = 1e-4
GOLDEN = json.loads(FILE.read_text("utf-8"))


def same(ours, theirs, where: str) -> None:
    """Equal strings and structure; numbers that differ by rounding alone."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), where
        for key in theirs:
            same(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for place, pair in enumerate(zip(ours, theirs, strict=True)):
            same(*pair, f"{where}[{place}]")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=CLOSE, abs=CLOSE), where
    else:
        assert ours == theirs, where


@pytest.mark.parametrize("name", TEXTS)
def test_a_finished_model_answers_as_before(name):
    same(answers(name), GOLDEN[name], name)
