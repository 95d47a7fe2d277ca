"""Files that come as a form: what is answered, how much is taken, and what is refused."""

import asyncio
import base64
import json
import resource
import struct
import tempfile
import threading
import zlib

import pytest
from fastapi.testclient import TestClient

from seqzoo.serving import Limits, Service, create_app, requests, uploads
from seqzoo.tasks import discover
from seqzoo.tasks.inputs import KINDS, SERVED_AUDIO, SERVED_IMAGE
from seqzoo.tasks.options import names
from tests.tasks.outside import made

TRANSLATION = "translation-en-de"
SOUNDS, PICTURES = "loudness", "brightness"
EDGE = b"--x"
HEAD = b'content-disposition: form-data; name="files"; filename="a.wav"'
FIELD = EDGE + b'\r\ncontent-disposition: form-data; name="files"\r\n\r\n'


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with made.declared():
        folder = tmp_path_factory.mktemp("models")
        own = [made.model(folder / task, task) for task in (SOUNDS, PICTURES)]
        service = Service([*own, TRANSLATION])
        yield service
        service.drain()


@pytest.fixture(scope="module")
def client(service):
    return TestClient(create_app(service), raise_server_exceptions=False)


@pytest.fixture(autouse=True)
def nothing_is_left(service, tmp_path, monkeypatch):
    """After each request the server's memory is free again, and no file of it has a name."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert service.room.taken == 0
    assert list(tmp_path.iterdir()) == []


def upload(client, model, *files, **fields):
    parts = [("files", file) for file in files]
    return client.post(f"/v1/models/{model}:predict", files=parts, data=fields)


def send(client, model, body, kind="multipart/form-data; boundary=x"):
    headers = {"content-type": kind}
    return client.post(f"/v1/models/{model}:predict", content=body, headers=headers)


def refused(answer, status) -> str:
    """The error of an answer, which is one line."""
    assert answer.status_code == status, answer.text
    (error,) = answer.json().values()
    assert "\n" not in error
    return error


def png_header(width: int, height: int) -> bytes:
    """A PNG file of so many pixels with next to nothing in it."""

    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def test_lines_of_text_files_are_answered_as_texts_are(client):
    texts = ["A man is riding a horse.", "A dog.", "Two women."]
    address = f"/v1/models/{TRANSLATION}:predict"
    expected = client.post(address, json={"texts": texts}).json()
    first, second = "\ufeff" + "\r\n".join(texts[:2]), texts[2]
    answer = upload(client, TRANSLATION, ("a.txt", first.encode()), ("b", second.encode()))
    assert answer.json() == expected


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.csv", b"id,text\n1,A dog.\n2,Two women.\n"),
        ("a.tsv", b"text\tid\nA dog.\t1\nTwo women.\t2\n"),
        ("a.jsonl", b'"A dog."\n{"text": "Two women.", "id": 2}\n'),
    ],
)
def test_texts_in_tables_and_json_are_answered_as_texts_are(client, name, content):
    address = f"/v1/models/{TRANSLATION}:predict"
    expected = client.post(address, json={"texts": ["A dog.", "Two women."]}).json()
    assert upload(client, TRANSLATION, (name, content)).json() == expected


def test_options_are_fields_of_the_form(client):
    file = ("a.txt", b"A dog.")
    answer = upload(client, TRANSLATION, file, n_best="2", alignments="true")
    (prediction,) = answer.json()["predictions"]
    assert len(prediction["translations"]) == 2
    assert prediction["alignments"]
    for fields, message in (
        ({"n_best": "two"}, "n_best: Input should be a valid integer"),
        ({"n_best": "99"}, "n_best: Input should be less than"),
        ({"speed": "2"}, "speed: Extra inputs are not permitted"),
        ({"n_best": ["1", "2"]}, "n_best: expected once; it comes twice"),
        ({"texts": "A dog."}, "texts: expected in JSON; a form has files"),
    ):
        assert message in refused(upload(client, TRANSLATION, file, **fields), 422)
    error = refused(upload(client, SOUNDS, ("a.wav", made.wav()), n_best="2"), 422)
    tasks = "captions, dialogue, stories, translation"
    assert error == f"n_best: it is for {tasks}; {SOUNDS} is one of {SOUNDS}"


@pytest.mark.parametrize(
    "model, files, message",
    [
        (SOUNDS, [("a.wav", b"RIFF")], "files[0]: a.wav: expected audio (WAV, FLAC, "),
        (SOUNDS, [("a.wav", made.wav()), ("b.png", b"")], "files[1]: b.png: expected audio (.wav, .flac, "),
        (SOUNDS, [("a.wav", made.wav(0.001))], "files[0]: a.wav: expected 0.01 seconds"),
        (SOUNDS, [("b.jsonl", b"3\n")], "files[0]: b.jsonl:1: expected audio"),
        (SOUNDS, [("b.jsonl", b"[\n")], "files[0]: b.jsonl:1: not JSON"),
        (SOUNDS, [("b.jsonl", b"")], "files: expected at least one input"),
        (SOUNDS, [("a\n\x00.txt", b"")], "files[0]: a"),
        (SOUNDS, [("../../" + "a" * 500 + ".txt", b"")], "files[0]: aaaaa"),
        (PICTURES, [("a.png", made.wav())], "files[0]: a.png: expected a PNG or JPEG file (an image"),
        (TRANSLATION, [("a.wav", made.wav())], "files[0]: a.wav: expected text"),
        (TRANSLATION, [("a.txt", b"A dog.\n \n")], "files[0]: a.txt:2: the text is blank"),
        (TRANSLATION, [("a.txt", b"A dog.\n\xff")], "files[0]: a.txt:2: invalid UTF-8"),
        (TRANSLATION, [("a.txt", b"A \0dog.")], "files[0]: a.txt:1: a NUL byte"),
        (TRANSLATION, [("a.csv", b"a,b\n1,2\n")], "files[0]: a.csv:1: expected a header with one column"),
        (TRANSLATION, [("a.jsonl", b'{"a": 1}')], "files[0]: a.jsonl:1: expected a key 'text'; the keys are"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_file(client, model, files, message):
    assert message in refused(upload(client, model, *files), 422)


@pytest.mark.parametrize(
    "body, status, message",
    [
        (b"", 400, "its end is missing"),
        (EDGE, 400, "its end is missing"),
        (b"no form", 400, "Invalid multipart data"),
        (EDGE + b"\r\n" + HEAD + b"\r\n\r\nRIFF", 400, "its end is missing"),
        (EDGE + b"\r\ncontent-disposition: form-data\r\n\r\na\r\n--x--", 400, '"name" must be provided'),
        (EDGE + b"\r\n" + b"a" * 100_000 + b": b\r\n\r\n\r\n--x--", 400, "Invalid multipart data"),
        (EDGE + b"--", 422, "files: expected at least one file"),
        (EDGE + b"\r\n" + HEAD.replace(b"files", b"a") + b"\r\n\r\n\r\n--x--", 422, "a: a file; expected"),
        (FIELD + b"a\r\n--x--", 422, "files[0]: expected a file with its name"),
        (FIELD + b"a" * 5000 + b"\r\n--x--", 413, "Part exceeded"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_told_in_a_line(client, body, status, message):
    assert message in refused(send(client, SOUNDS, body), status)


def test_a_form_without_a_boundary_is_refused(client):
    error = refused(send(client, SOUNDS, b"", "multipart/form-data"), 400)
    assert error == "body: Missing boundary in multipart."


def test_a_form_that_ends_too_soon_loses_no_file_silently(client):
    part = EDGE + b"\r\n" + HEAD + b"\r\n\r\n" + made.wav() + b"\r\n"
    assert len(send(client, SOUNDS, 2 * part + b"--x--\r\n").json()["predictions"]) == 2
    assert "end is missing" in refused(send(client, SOUNDS, 2 * part), 400)


@pytest.mark.parametrize(
    "model, name, most",
    [(SOUNDS, "audio", SERVED_AUDIO), (PICTURES, "image", SERVED_IMAGE)],
)
def test_a_file_may_be_as_large_as_its_kind(client, model, name, most):
    suffix = KINDS[name].suffixes[0]
    at_most = f"expected at most {most:,} of {name}"
    assert at_most in refused(upload(client, model, ("a" + suffix, bytes(most + 1))), 413)
    assert "expected a" in refused(upload(client, model, ("a" + suffix, bytes(most))), 422)
    address = f"/v1/models/{model}:predict"
    coded = base64.b64encode(bytes(most + 3)).decode()
    answer = client.post(address, json={"inputs": [coded]})
    assert f"inputs[0]: expected at most {most:,} bytes of {name}" in refused(answer, 413)


def test_a_request_is_bounded_before_it_has_come(client, service):
    for model in (SOUNDS, PICTURES, TRANSLATION):
        most = service.limits.request(service[model].predictor.READS)
        message = f"body: expected at most {most:,} bytes; got more"
        address = f"/v1/models/{model}:predict"
        kinds = {"content-type": "multipart/form-data; boundary=x"}
        whole = client.post(
            address, content=b"", headers=kinds | {"content-length": str(most + 1)}
        )
        assert refused(whole, 413) == message
        pieces = (bytes(2**20) for _ in range(most // 2**20 + 2))
        assert refused(client.post(address, content=pieces), 413) == message
    assert service.limits.request(("text",)) == service.limits.body


def test_files_are_counted(client):
    sounds = [("a.wav", made.wav(0.01))] * 65
    assert "Too many files" in refused(upload(client, SOUNDS, *sounds), 413)
    assert upload(client, SOUNDS, *sounds[1:]).status_code == 200
    lines = b"A dog.\n" * 65
    error = refused(upload(client, TRANSLATION, ("a.txt", lines)), 413)
    assert error == "inputs[64]: expected at most 64 inputs; got 65"


def test_what_a_header_promises_is_not_allocated(client):
    sound = bytearray(made.wav(0.01))
    struct.pack_into("<I", sound, 40, 2_000_000_000)  # bytes of samples
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refused(upload(client, SOUNDS, ("a.wav", bytes(sound))), 422)
    assert "expected 2,000,000,000 bytes of samples; got 160" in error
    error = refused(upload(client, PICTURES, ("a.png", png_header(50_000, 50_000))), 422)
    assert "an image of at most 50,000,000 pixels" in error
    error = refused(upload(client, PICTURES, ("a.png", png_header(9_000, 8_000))), 422)
    assert "expected an image of at most 50,000,000 pixels; got 9,000 by 8,000" in error
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 50 * 1024  # KiB


def test_what_inputs_take_once_decoded_is_bounded(client, monkeypatch):
    monkeypatch.setattr(requests, "DECODED", 1000)
    pictures = [("a.png", made.png(10, 10))] * 4
    error = "inputs: expected at most 1,000 bytes, once decoded"
    assert refused(upload(client, PICTURES, *pictures), 413) == error
    coded = [base64.b64encode(content).decode() for _, content in pictures]
    answer = client.post(f"/v1/models/{PICTURES}:predict", json={"inputs": coded})
    assert refused(answer, 413) == error
    assert upload(client, PICTURES, *pictures[1:]).status_code == 200


def test_where_memory_is_full_a_request_is_told_to_come_again(client, service, monkeypatch):
    monkeypatch.setattr(service.room, "most", 1000)
    answer = upload(client, SOUNDS, ("a.wav", made.wav()))
    assert "no room now" in refused(answer, 503)
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("seconds, status", [(1.0, 200), (1.125, 413)])
def test_a_sound_may_last_so_long(client, service, monkeypatch, seconds, status):
    """As a file, in base64 and as a line; the network is not asked about a longer one."""
    monkeypatch.setattr(service[SOUNDS], "limits", Limits(max_seconds=1))
    if status == 413:
        monkeypatch.delattr(type(service[SOUNDS].predictor), "encode")
    sound = made.wav(seconds)
    coded = base64.b64encode(sound).decode()
    line = json.dumps(coded).encode()
    address = f"/v1/models/{SOUNDS}:predict"
    answers = {
        "files[1]: b.wav": upload(
            client, SOUNDS, ("a.wav", made.wav(0.5)), ("b.wav", sound)
        ),
        "files[0]: b.jsonl:1": upload(client, SOUNDS, ("b.jsonl", line)),
        "inputs[0]": client.post(address, json={"inputs": [coded]}),
    }
    for where, answer in answers.items():
        if status == 200:
            assert answer.json()["predictions"][-1]["seconds"] == 1
        else:
            error = f"{where}: expected at most 1 seconds of sound; got 1.125"
            assert refused(answer, status) == error


@pytest.mark.slow
def test_a_large_file_lies_in_a_file_without_a_name(client):
    long = made.wav(60, rate=16_000)
    assert len(long) > 2**20  # beyond this starlette writes it to the disk
    (prediction,) = upload(client, SOUNDS, ("a.wav", long)).json()["predictions"]
    assert prediction["seconds"] == 60


async def call(app, *messages):
    """Call an application with messages, and stay; the statuses that it sends."""
    waiting, statuses = list(messages), []
    path = f"/v1/models/{SOUNDS}:predict"
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
    }

    async def receive():
        return waiting.pop(0) if waiting else await asyncio.Future()

    async def tell(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, tell)
    return statuses


def test_a_client_that_leaves_while_it_sends_is_no_fault(client):
    begun = {"type": "http.request", "body": EDGE + b"\r\n" + HEAD, "more_body": True}
    assert asyncio.run(call(client.app, begun, {"type": "http.disconnect"})) == [499]


def test_others_are_answered_while_files_are_decoded(client, monkeypatch):
    begun, answered = threading.Event(), threading.Event()

    def decode(content, where):
        begun.set()
        assert answered.wait(20), "expected another answer meanwhile"
        return KINDS["audio"].from_bytes(content, where)

    slow = KINDS["audio"]._replace(from_bytes=decode)
    monkeypatch.setattr(uploads, "kind_of_file", lambda *_: slow)
    form = EDGE + b"\r\n" + HEAD + b"\r\n\r\n" + made.wav() + b"\r\n--x--"

    async def both():
        first = asyncio.ensure_future(
            call(client.app, {"type": "http.request", "body": form})
        )
        assert await asyncio.to_thread(begun.wait, 20)
        assert await call(client.app, {"type": "http.request", "body": b""}) == [400]
        assert not first.done()
        answered.set()
        return await first

    assert asyncio.run(both()) == [200]


def test_openapi_tells_of_both_ways(client):
    paths = client.get("/openapi.json").json()["paths"]
    content = paths["/v1/models/{name}:predict"]["post"]["requestBody"]["content"]
    assert list(content) == ["application/json", "multipart/form-data"]
    form = content["multipart/form-data"]["schema"]
    assert form["required"] == ["files"]
    assert form["properties"]["files"]["items"] == {"type": "string", "format": "binary"}
    assert "n_best" in form["properties"]
    assert not {"texts", "inputs"} & form["properties"].keys()
    (writing,) = paths["/v1/models/{name}:generate"]["post"]["requestBody"]["content"]
    assert writing == "application/json"


def test_files_of_series_that_may_unpack_to_huge_ones_are_refused(forecaster, loads_file):
    service = Service([forecaster])
    client = TestClient(create_app(service), raise_server_exceptions=False)
    read = [each for each in uploads.UNPACKED if each in KINDS["series"].suffixes]
    assert {".parquet", ".arrow", ".xlsx", ".npz"} == set(read)
    for ending in read:
        answer = upload(client, forecaster.name, (f"a{ending}", b"PK\x03\x04 anything"))
        assert "expected a table of text" in refused(answer, 422)
    lines = loads_file.read_text().splitlines()
    ahead = [f"2024-01-13 {hour}:00,,,1" for hour in range(12, 18)]
    content = "\n".join([*lines, *ahead]).encode()
    answer = upload(client, forecaster.name, ("a.csv", content))
    assert answer.status_code == 200
    service.drain()


def test_options_are_bounded_by_the_models_own_task(client):
    """`beam_size` is of several tasks; another grants more."""
    at_most = {n: t for n, t in discover().items() if "beam_size" in names(t.options)}
    assert len(at_most) > 1
    file = ("a.txt", b"A dog.")
    error = refused(upload(client, TRANSLATION, file, beam_size="17"), 422)
    assert error == "beam_size: Input should be less than or equal to 16"
    assert upload(client, TRANSLATION, file, beam_size="16").status_code == 200
