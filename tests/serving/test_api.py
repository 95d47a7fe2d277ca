"""The server's addresses: answers, refusals and metrics."""

import hashlib
import re

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from seqzoo import zoo
from seqzoo.errors import InputError
from seqzoo.serving import Limits, Service, create_app
from tests.serving.models import GOOD, NAMES, SENTIMENT, TRANSLATION, ask

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
        ({"texts": ["good"], "threshold": 0.5}, 422, "threshold: this model gives the most probable label"),
        ({"texts": ["good"], "beam_size": 1}, 422, "beam_size: it is for captions, dialogue, speech, tr"),
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


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_nothing_from_elsewhere(path, client):
    page = client.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    for found in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        answer = client.get(f"/{found.removeprefix('./')}")
        assert answer.status_code == 200
        assert "//" not in re.sub(r'(?m)//.*$|xmlns="[^"]*"', "", answer.text)


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


SITE = "https://www.example.org"


@pytest.mark.parametrize("origins", [[SITE], ["*"]])
def test_a_named_site_may_ask(service, origins):
    client = TestClient(create_app(service, origins))
    asked = {"origin": SITE, "access-control-request-method": "POST"}
    answer = client.options(f"/v1/models/{SENTIMENT}:predict", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] in (SITE, "*")
    for body in ({"texts": ["good"]}, {"texts": [""]}):  # refusals can be read, too
        answer = client.post(
            f"/v1/models/{SENTIMENT}:predict", json=body, headers={"origin": SITE}
        )
        assert answer.headers["access-control-allow-origin"] in (SITE, "*")


def test_other_sites_may_not_ask(client, service):
    for asked in (client, TestClient(create_app(service, [SITE]))):
        answer = asked.get("/v1/models", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", ["example.org", "https://a.b/path", "ftp://a", ""])
def test_what_is_no_site_is_refused_before_models_load(origin, capfd):
    from seqzoo.__main__ import main
    from tests.support.command_line import failure

    error = failure(capfd, main(["serve", SENTIMENT, "--cors", origin]))
    assert "--cors: expected https://HOST" in error


def test_an_option_that_another_task_has_by_the_same_name_is_not_this_one_s(client):
    answer = ask(client, TRANSLATION, {"texts": ["a dog"], "top_k": 1})
    assert answer.status_code == 422
    assert "top_k: it is for classification; translation-en-de is" in answer.json()["error"]
