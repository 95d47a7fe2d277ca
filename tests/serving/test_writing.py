"""Language models write over HTTP, piece by piece."""

import asyncio
import contextlib
import json
import re

import pytest

from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.serving.api import Writing
from tests.serving.models import LANGUAGE, SENTIMENT, ask


def test_a_language_model_writes_piece_by_piece(client, service):
    asked = {"prompt": "def ", "length": 12, "temperature": 0.7, "seed": 3}
    answer = ask(client, LANGUAGE, asked, "generate")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1] == {"done": True}
    expected = list(
        service[LANGUAGE].predictor.generate("def ", length=12, temperature=0.7, seed=3)
    )
    assert [line["piece"] for line in lines[:-1]] == expected
    assert ask(client, SENTIMENT, asked, "generate").status_code == 404
    assert ask(client, LANGUAGE, {"length": 1001}, "generate").status_code == 422
    for value in ("1e-320", "0", "0.0009", "100.5", "1e999", "NaN"):
        answer = ask(client, LANGUAGE, f'{{"temperature": {value}}}'.encode(), "generate")
        assert (answer.status_code, "temperature" in answer.json()["error"]) == (422, True)
    for bound in (LEAST_TEMPERATURE, MOST_TEMPERATURE):
        answer = ask(client, LANGUAGE, {"length": 1, "temperature": bound}, "generate")
        assert answer.status_code == 200
    assert ask(client, LANGUAGE, {"prompt": "a\0"}, "generate").status_code == 422
    assert ask(client, LANGUAGE, {"prompt": "a" * 20_001}, "generate").status_code == 413


def test_a_request_may_demand_what_is_written(client, service):
    asked = {
        "prompt": "def ",
        "length": 30,
        "seed": 1,
        "pattern": r"[a-z_]+\(self.*\):\n",
        "forbid": "__",
    }
    answer = ask(client, LANGUAGE, asked, "generate")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    expected = service[LANGUAGE].predictor.generate(**asked)
    assert [line["piece"] for line in lines[:-1]] == list(expected)
    assert re.fullmatch(asked["pattern"], "".join(line["piece"] for line in lines[:-1]))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"pattern": "a" * 201}, "pattern: String should have at most 200 characters"),
        ({"keyword": "k" * 201}, "keyword: String should have at most 200 characters"),
        (
            {"pattern": "(a|b)*a(a|b){30}", "length": 1000},
            "expected at most 5,000,000 steps",
        ),
        ({"pattern": "((a{9}){99}){99}"}, "expected at most 5,000 states"),
        ({"pattern": 150 * "("}, "at most 50 groups in each other"),
        ({"pattern": "a{9}", "length": 3}, "pattern a{9}: cannot be met, in 3 tokens"),
        ({"keyword": "ab", "forbid": "b"}, "keyword ab, forbid b: cannot be met together"),
        ({"keyword": ""}, "keyword: expected a text"),
        (
            {"keyword": "a", "demand_steps": 9999},
            "demand_steps: Extra inputs are not permitted",
        ),
    ],
)
def test_demands_of_a_request_are_bounded(client, service, asked, message):
    for _ in range(service.limits.generations + 1):  # a refused one keeps no place
        answer = ask(client, LANGUAGE, asked, "generate")
        assert answer.status_code == 422 and message in answer.json()["error"]


def test_a_language_model_writes_so_many_texts_at_once_alone(client, service):
    held = [service[LANGUAGE].generate("a") for _ in range(service.limits.generations)]
    answer = ask(client, LANGUAGE, {"length": 1}, "generate")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    for pieces in held:
        pieces.close()
        pieces.close()  # once more frees no other's place
    for _ in range(2 * service.limits.generations):
        assert ask(client, LANGUAGE, {"length": 1}, "generate").status_code == 200


def test_a_client_that_goes_before_the_first_piece_leaves_its_place(service):
    async def send(_message):
        raise OSError("gone")

    async def receive():
        return {"type": "http.disconnect"}

    for _ in range(2 * service.limits.generations):
        writing = Writing(service[LANGUAGE].generate("a"))
        with contextlib.suppress(Exception):
            asyncio.run(writing({"type": "http"}, receive, send))
