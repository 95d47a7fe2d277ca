"""The server's addresses, and the process from its start to SIGTERM."""

import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from seqzoo import zoo
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.errors import InputError
from seqzoo.serving import Limits, Service, create_app
from seqzoo.serving.api import Writing
from tests.faults import end_server

SENTIMENT, TRANSLATION = "sentiment-imdb", "translation-en-de"
SEGMENTATION, ENTITIES, LANGUAGE = (
    "segmentation-peoples-daily",
    "entities-peoples-daily",
    "characters-python",
)
NAMES = [SENTIMENT, TRANSLATION, SEGMENTATION, ENTITIES, LANGUAGE]
GOOD = {
    SENTIMENT: ["A wonderful film.", "Dull."],
    TRANSLATION: ["A man is riding a horse."],
    SEGMENTATION: ["江泽民在北京大学讲话"],
    ENTITIES: ["江泽民在北京大学讲话"],
    LANGUAGE: ["def run(self):"],
}
HOSTILE = {
    "a megabyte": "a" * 2**20,
    "NUL": "a\0b",
    "right to left": "\u202egood film\u202c שלום",
    "zero width": "go\u200bod film\u200b\ufeff",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽 good",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)> good",
    "marks": "e" + "\u0301" * 5000,
    "tags": "\U000e0041 good",
    "no characters": "\uffff\ufffe good",
    "controls": "\x01\x7f\x85good",
    "line ends": "good\u2028good\r\n\x0bgood",
    "one long word": "x" * 19_000,
}


@pytest.fixture(scope="module")
def service():
    service = Service(NAMES)
    yield service
    service.drain()


@pytest.fixture(scope="module")
def client(service):
    return TestClient(create_app(service), raise_server_exceptions=False)


def ask(client, name, body, action="predict"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/v1/models/{name}:{action}", content=content)


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_the_models_own(client, service, name):
    answer = ask(client, name, {"texts": GOOD[name]})
    assert answer.status_code == 200
    assert answer.json()["model"] == name
    for ours, theirs in zip(
        zoo.load(name).predict(GOOD[name]), answer.json()["predictions"], strict=True
    ):
        assert ours.keys() == theirs.keys()
        for key in ours:
            expected = ours[key]
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-5)
            elif key in ("probabilities", "surprisals"):
                expected = pytest.approx(expected, rel=1e-3, abs=1e-4)
            assert theirs[key] == expected, key


def test_models_are_told_and_known_by_their_manifests_hash(client, service):
    told = {about["name"]: about for about in client.get("/v1/models").json()["models"]}
    assert list(told) == NAMES
    manifest = (zoo.find(SENTIMENT) / "manifest.json").read_bytes()
    assert told[SENTIMENT]["hash"] == hashlib.sha256(manifest).hexdigest()
    assert told[SENTIMENT]["labels"] == ["negative", "positive"]
    assert told[TRANSLATION]["alignments"]
    assert client.get(f"/v1/models/{SENTIMENT}").json() == told[SENTIMENT]
    assert (
        ask(client, told[SENTIMENT]["hash"], {"texts": ["Dull."]}).json()["model"]
        == SENTIMENT
    )


@pytest.mark.parametrize(
    "body, status, said",
    [
        (b"", 422, "body: Invalid JSON"),
        (b"{", 422, "body: Invalid JSON"),
        (b"[]", 422, "body: Input should be an object"),
        (b'{"texts":["\xff"]}', 422, "body: Invalid JSON"),
        (b'{"texts":["\\ud800"]}', 422, "body: Invalid JSON"),
        (b'{"texts":' + b"[" * 100_000, 422, "recursion"),
        ({"texts": "a"}, 422, "texts: Input should be a valid array"),
        ({"texts": []}, 422, "texts: "),
        ({"texts": ["good", 1]}, 422, "texts[1]: Input should be a valid string"),
        ({"texts": ["good", " \n"]}, 422, "texts[1]: the text is blank"),
        ({"texts": [""]}, 422, "texts[0]: the text is empty"),
        ({"texts": ["good", "a\0"]}, 422, "texts[1]: a NUL character at 2"),
        ({"texts": ["good"], "words": 1}, 422, "words: Extra inputs"),
        ({"texts": ["good"], "beam_size": 1}, 422, "beam_size: it is for translation; sentiment-imdb is"),
        ({"texts": ["good"] * 65}, 413, "texts[64]: expected at most 64 texts; got 65"),
        ({"texts": ["good", "a" * 20_001]}, 413, "texts[1]: expected at most 20,000 characters; got 20,001"),
        ({"texts": ["good " * 3800] * 11}, 413, "texts[0] to texts[10]: expected at most 200,000"),
        (b"x" * 3_000_000, 413, "body: expected at most"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(client, body, status, said):
    answer = ask(client, SENTIMENT, body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert said in answer.json()["error"]


def test_a_sentence_too_long_for_a_translator_is_413(client):
    answer = ask(client, TRANSLATION, {"texts": ["a dog", "a dog " * 600]})
    assert (answer.status_code, answer.json()["error"][:8]) == (413, "texts[1]")


@pytest.mark.parametrize(
    "name", ["nope", "..%2f..%2fetc", "%00", "http:%2f%2fhost%2fx", "a" * 5000]
)
def test_models_are_had_by_name_and_hash_alone(client, name):
    assert ask(client, name, {"texts": ["a"]}).status_code == 404


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_answered_or_refused(client, name, kind):
    answer = ask(client, name, {"texts": [HOSTILE[kind]]})
    assert answer.status_code in (200, 413, 422)
    if answer.status_code == 200:
        assert answer.json()["predictions"][0]["text"] == HOSTILE[kind]
    else:
        assert "texts[0]" in answer.json()["error"]


def test_a_translators_search_can_be_set_for_a_request(client):
    text = GOOD[TRANSLATION]
    (usual,) = ask(client, TRANSLATION, {"texts": text}).json()["predictions"]
    (best,) = ask(
        client, TRANSLATION, {"texts": text, "n_best": 3, "alignments": True}
    ).json()["predictions"]
    assert best["translations"][0]["translation"] == usual["translation"]
    assert len(best["translations"]) == 3
    assert len(best["alignments"]) == len(best["target_pieces"])
    (again,) = ask(client, TRANSLATION, {"texts": text}).json()["predictions"]
    assert again.keys() == usual.keys()
    assert (
        ask(client, TRANSLATION, {"texts": text, "n_best": 9, "beam_size": 5}).status_code
        == 422
    )
    assert ask(client, TRANSLATION, {"texts": text, "n_best": 17}).status_code == 422


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


def test_where_there_is_no_room_nothing_is_read(client, service, monkeypatch):
    monkeypatch.setattr(service[SENTIMENT].batcher, "limits", Limits(queue=1))
    batcher = service[SENTIMENT].batcher
    monkeypatch.setattr(batcher, "_jobs", [object()])
    monkeypatch.setattr(batcher, "texts", 1)
    answer = ask(client, SENTIMENT, b"no JSON")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_metrics_count_and_keep_no_unknown_names(client):
    ask(client, SENTIMENT, {"texts": ["good"]})
    ask(client, "stranger", {"texts": ["good"]})
    text = client.get("/metrics").text
    pattern = r'seqzoo_requests_total\{action="predict",model="sentiment-imdb",status="200"\} ([1-9]\d*)\.0'
    assert re.search(pattern, text)
    assert "stranger" not in text
    for name in ("request_seconds", "batch_texts", "batch_seconds", "waiting_texts"):
        assert f"seqzoo_{name}" in text
    assert "process_resident_memory_bytes" in text


def test_a_bug_is_500_and_told_to_nobody(client, service, monkeypatch):
    def answers(items):
        raise RuntimeError("secret")

    monkeypatch.setattr(service[SENTIMENT].predictor, "answers", answers)
    answer = ask(client, SENTIMENT, {"texts": ["good"]})
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_the_page_loads_nothing_from_elsewhere(client):
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    for found in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        answer = client.get(f"/{found}")
        assert answer.status_code == 200
        assert "//" not in re.sub(r'(?m)//.*$|xmlns="[^"]*"', "", answer.text)
    assert client.get("/docs").status_code == 404


def test_draining_it_takes_nothing_more_and_lives(tmp_path_factory, trained):
    service = Service([trained])
    client = TestClient(create_app(service))
    name = next(iter(service.models))
    assert client.get("/readyz").json() == {"status": "ready"}
    service.drain()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").json() == {"status": "ok"}
    assert ask(client, name, {"texts": ["the great film"]}).status_code == 503


def test_models_need_names_that_differ(trained):
    with pytest.raises(InputError, match="two models have this name"):
        Service([trained, trained])
    with pytest.raises(InputError, match="expected at least one"):
        Service([])


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_address_keeps_to_what_it_says(client, mode):
    """Requests that the OpenAPI page allows, and such as it does not."""
    schema, tried = schemathesis.openapi.from_asgi("/openapi.json", client.app), 0
    for found in schema.get_all_operations():
        operation = found.ok()
        strategy = operation.as_strategy(generation_mode=mode)

        @effort(
            max_examples=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def check(case):
            nonlocal tried
            tried += 1
            # Whether a model knows a text's tokens no schema tells.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        try:
            check()
        except Unsatisfiable:
            assert (
                mode == GenerationMode.NEGATIVE
            )  # an address without anything to get wrong
    assert tried >= 50


def test_sigterm_under_load_loses_nothing_accepted(trained):
    life = end_server.once(str(trained), seconds=1.0)
    assert life["got"] == life["gave"] > 10
    assert life["refused"] > 0
    assert (life["code"], life["ready"], life["short"], life["traceback"]) == (
        0,
        503,
        0,
        False,
    )
    assert life["seconds"] < 10


def test_a_client_that_leaves_while_it_sends_is_no_fault(trained):
    """Over a socket: no traceback, counted as 499, and the next is answered."""
    process, port = end_server.start(str(trained))
    address = f"/v1/models/{trained.name}:predict"
    body = json.dumps({"texts": ["the great film"]}).encode()
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            head = f"POST {address} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n"
            client.sendall(head.encode() + b"x" * 500)
            time.sleep(0.2)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", address, body)
    answer = connection.getresponse()
    assert (answer.status, len(json.loads(answer.read())["predictions"])) == (200, 1)
    connection.request("GET", "/metrics")
    metrics = connection.getresponse().read().decode()
    connection.close()
    process.terminate()
    said, errors = process.communicate(timeout=30)
    counted = dict(re.findall(r'seqzoo_requests_total\{.*status="(\d+)"\} (\d+)', metrics))
    assert counted == {"200": "1", "499": "3"}
    assert process.returncode == 0, (said, errors)
    assert "Traceback" not in errors and "Exception" not in errors


def test_told_twice_it_ends_at_once_and_says_what_was_lost(translator):
    """Like `test_sigterm_under_load...`, but with more to do than ten seconds' work."""
    process, port = end_server.start(str(translator), "--max-texts", "4000")
    body = json.dumps(
        {
            "texts": ["one two three four five. " * 6] * 1200,
            "beam_size": 16,
            "alignments": True,
        }
    )
    found = []

    def ask_once():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", f"/v1/models/{translator.name}:predict", body)
        answer = connection.getresponse()
        found.append((answer.status, answer.read()))

    client = threading.Thread(target=ask_once)
    client.start()
    time.sleep(1)
    started = time.monotonic()
    process.terminate()
    time.sleep(0.3)
    process.terminate()
    said, errors = process.communicate(timeout=30)
    client.join(10)
    assert time.monotonic() - started < 5
    assert process.returncode == 1, (said, errors, found)
    assert "error: 1 requests were not answered in time" in errors
    assert found[0][0] == 503
    assert b"the server ended before" in found[0][1]
    assert "Traceback" not in errors


def test_an_address_in_use_is_told_in_a_line(trained):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "seqzoo", "serve", str(trained), "--port", str(taken.getsockname()[1])],
            capture_output=True, text=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )  # fmt: skip
    assert done.returncode == 2
    assert re.search(
        r"^error: 127\.0\.0\.1:\d+: can't listen there: .*in use", done.stderr, re.M
    )
    assert "Traceback" not in done.stderr
