"""Sounds that come by WebSocket while they are recorded: what is answered, and what is refused."""

import contextlib
import json
import socket
import threading
import time

import numpy as np
import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from seqzoo.errors import InputError
from seqzoo.serving import Limits, Service, create_app, listening, origins
from seqzoo.serving.batching import Full
from seqzoo.serving.server import Server
from seqzoo.serving.service import hears_as_it_comes
from seqzoo.tasks.inputs import Audio
from tests.tasks.outside import made

DICTATION, LOUDNESS = "dictation", "loudness"
ADDRESS = f"/v1/models/{DICTATION}:stream"
LOUD, SILENT = np.full(2000, 8192, "<i2").tobytes(), bytes(4000)  # a quarter of a second
SITE = "https://www.example.org"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with made.declared():
        folder = tmp_path_factory.mktemp("models")
        own = [made.model(folder / task, task) for task in (DICTATION, LOUDNESS)]
        service = Service(own, Limits(max_seconds=2, streams=2))
        yield service
        service.drain()


@pytest.fixture(scope="module")
def client(service):
    return TestClient(create_app(service, [SITE]), raise_server_exceptions=False)


@pytest.fixture(autouse=True)
def all_is_free_again(service):
    yield
    assert service.room.taken == 0
    served = service[DICTATION]
    with served.hear(), served.hear():
        pass


def closed(stream) -> tuple[str, int]:
    """The error that ends a stream, and the code of its close."""
    (error,) = stream.receive_json().values()
    assert "\n" not in error
    with pytest.raises(WebSocketDisconnect) as end:
        stream.receive_json()
    return error, end.value.code


def refusal(client, address, **headers):
    """The answer that refuses a connection."""
    connection = client.websocket_connect(address, headers=headers)
    with pytest.raises(WebSocketDenialResponse) as refused, connection:
        pass
    return refused.value


def test_each_message_is_answered_by_the_words_so_far(client, service):
    with client.websocket_connect(ADDRESS) as stream:
        said = ""
        for content, letter in ((LOUD, "a"), (SILENT, "b"), (LOUD, "a")):
            stream.send_bytes(content)
            said += letter
            answer = stream.receive_json()
            assert answer["transcript"] == said and answer["final"] is False
            assert [word["word"] for word in answer["words"]] == list(said)
        stream.send_bytes(LOUD[:400])  # the stream may wait for more of it
        assert stream.receive_json()["transcript"] == said
        stream.send_bytes(b"")
        final = stream.receive_json()
        assert (final["transcript"], final["final"]) == ("abaa", True)
        with pytest.raises(WebSocketDisconnect) as end:
            stream.receive_json()
        assert end.value.code == 1000
    assert 'action="stream",model="dictation",status="1000"} 1.0' in (
        service.metrics.text().decode()
    )


def test_samples_are_little_endian_from_minus_one_to_one(client, service, monkeypatch):
    heard = []

    class Ear:
        def feed(self, samples):
            heard.append(samples)
            return {"transcript": "", "words": []}

        def finish(self):
            return {"transcript": "", "words": []}

    monkeypatch.setattr(service[DICTATION].predictor, "stream", Ear, raising=False)
    with client.websocket_connect(ADDRESS) as stream:
        stream.send_bytes(b"\x00\x80\xff\x7f\x01\x00")
        stream.receive_json()
        stream.send_text("end")
        assert stream.receive_json() == {"transcript": "", "words": [], "final": True}
    (samples,) = heard
    assert samples.tolist() == [-1.0, 32767 / 32768, 1 / 32768]


def test_models_say_whether_they_stream(client):
    models = {each["name"]: each for each in client.get("/v1/models").json()["models"]}
    assert (models[DICTATION]["streams"], models[LOUDNESS]["streams"]) == (True, False)
    assert models[DICTATION]["max_seconds"] == 2
    assert models[DICTATION]["rate"] == 8000


def test_a_network_that_needs_the_whole_does_not_stream(service, monkeypatch):
    def refuse():
        raise InputError("expected a network of a single direction")

    monkeypatch.setattr(service[DICTATION].predictor, "stream", refuse, raising=False)
    assert not hears_as_it_comes(service[DICTATION].predictor)


def test_other_models_have_no_such_address(client):
    for name, message in (("none", "none"), (LOUDNESS, "a single direction")):
        answer = refusal(client, f"/v1/models/{name}:stream")
        assert answer.status_code == 404
        assert message in answer.json()["error"]


@pytest.mark.parametrize(
    "origin, welcome",
    [
        ("http://testserver", True),
        (SITE, True),
        ("http://www.example.org", False),
        ("http://testserver.example.org", False),
        ("http://testserver:81", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_pages_of_other_sites_may_not_connect(client, origin, welcome):
    if welcome:
        with client.websocket_connect(ADDRESS, headers={"origin": origin}) as stream:
            stream.send_text("end")
            assert stream.receive_json()["final"]
    else:
        answer = refusal(client, ADDRESS, origin=origin)
        assert answer.status_code == 403
        assert answer.json() == {"error": "origin: expected a page of this server"}


def test_all_sites_may_where_the_server_says_so():
    assert origins.is_welcome("null", "here", ["*"])
    assert not origins.is_welcome("null", None, [])


@pytest.mark.parametrize(
    "messages, error, code",
    [
        ([b"abc"], "stream: expected samples of two bytes; got 3 bytes", 1008),
        (["stop"], "stream: expected bytes, or the text 'end'; got 'stop'", 1008),
        ([bytes(2**18 + 2)], "stream: expected at most 262,144 bytes a message; got 262,146", 1009),
        ([bytes(30_000), bytes(2002)], "stream: expected at most 2 seconds of sound; got more", 1009),
        ([bytes(2)] * 101, "stream: expected at most 100 messages; got more", 1009),
    ],
)  # fmt: skip
def test_what_cannot_be_heard_is_told_and_closes(client, messages, error, code):
    with client.websocket_connect(ADDRESS) as stream:
        for message in messages[:-1]:
            stream.send_bytes(message)
            assert "error" not in stream.receive_json()
        last = messages[-1]
        (stream.send_text if isinstance(last, str) else stream.send_bytes)(last)
        assert closed(stream) == (error, code)


def test_who_says_nothing_is_not_waited_for(client, monkeypatch):
    monkeypatch.setattr(listening, "IDLE", 0.05)
    with client.websocket_connect(ADDRESS) as stream:
        error = "stream: expected a message within 0.05 s; end it by 'end'"
        assert closed(stream) == (error, 1008)


def test_who_never_ends_is_not_waited_for(client, service, monkeypatch):
    monkeypatch.setattr(listening, "PATIENCE", 0)
    monkeypatch.setattr(listening, "IDLE", 0.5)
    monkeypatch.setattr(service[DICTATION], "limits", Limits(max_seconds=60))
    with client.websocket_connect(ADDRESS) as stream:
        answer, sent = {}, 0
        while "error" not in answer:
            stream.send_bytes(bytes(2))
            answer, sent = stream.receive_json(), sent + 1
            time.sleep(0.05)
        assert answer == {"error": "stream: expected its end within 0.5 s"}
        assert sent > 1


def test_only_so_many_are_heard_at_once(client):
    with client.websocket_connect(ADDRESS) as first, client.websocket_connect(ADDRESS):
        first.send_bytes(LOUD)
        first.receive_json()
        with client.websocket_connect(ADDRESS) as third:
            assert closed(third) == ("no room now: it hears 2 sounds already", 1013)


def test_where_memory_is_full_a_stream_ends(client, service, monkeypatch):
    monkeypatch.setattr(service.room, "most", 12_000)
    with client.websocket_connect(ADDRESS) as stream:
        stream.send_bytes(LOUD)
        assert stream.receive_json()["transcript"] == "a"
        stream.send_bytes(LOUD)
        error, code = closed(stream)
        assert ("no room now" in error, code) == (True, 1013)


def test_a_fault_of_the_servers_own_is_logged_not_told(
    client, service, monkeypatch, caplog
):
    class Broken:
        def feed(self, samples):
            raise ZeroDivisionError("secret")

    monkeypatch.setattr(service[DICTATION].predictor, "stream", Broken, raising=False)
    with client.websocket_connect(ADDRESS) as stream:
        stream.send_bytes(LOUD)
        assert closed(stream) == ("an error of the server's own; its log has it", 1011)
    assert "secret" in caplog.text


@pytest.fixture
def port(service):
    """A server on a socket, in a thread."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = Server(service)
    server.capture_signals = contextlib.nullcontext  # signals are the main thread's
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(20)


def wait_for_places(served, count):
    """Wait until so many sounds could be heard; the time that it may take ends a test that would hang."""
    deadline = time.monotonic() + 20
    while True:
        with contextlib.ExitStack() as held:
            try:
                for _ in range(count):
                    held.enter_context(served.hear())
                return
            except Full:
                assert time.monotonic() < deadline, "a client that left holds its place"
        time.sleep(0.01)


def test_over_a_socket(port, service):
    """What the server's process sets of WebSockets; a client that leaves frees its place."""
    address = f"ws://127.0.0.1:{port}{ADDRESS}"
    with connect(address) as stream:
        stream.send(LOUD)
        assert json.loads(stream.recv(20))["transcript"] == "a"
        stream.send("end")
        assert json.loads(stream.recv(20))["final"]
        with pytest.raises(ConnectionClosed) as end:
            stream.recv(20)
        assert end.value.rcvd.code == 1000
    with connect(address) as stream:
        stream.send(bytes(2 * listening.MESSAGE + 2))
        with pytest.raises(ConnectionClosed) as end:
            stream.recv(20)
        assert end.value.rcvd.code == 1009
    for _ in range(2):
        with connect(address) as stream:
            stream.send(LOUD)
            stream.recv(20)
    wait_for_places(service[DICTATION], 2)


def test_the_finished_model_hears_a_sound_as_it_comes():
    name = "speech-an4-streaming"
    service = Service([name])
    model = service[name].predictor
    (sound,) = model.samples(1, 60)
    whole = np.round(sound.samples[:, 0] * 32767).astype("<i2")
    heard = Audio(whole[:, None].astype(np.float32) / 32768, sound.rate)
    client = TestClient(create_app(service))
    with client.websocket_connect(f"/v1/models/{name}:stream") as stream:
        for piece in np.split(whole, range(1600, len(whole), 1600)):
            stream.send_bytes(piece.tobytes())
            so_far = stream.receive_json()
            assert not so_far["final"]
        stream.send_text("end")
        answer = stream.receive_json()
    assert answer.pop("final")
    wanted = model.predict(heard)
    assert answer["transcript"] == wanted["transcript"]
    for one, other in zip(answer["words"], wanted["words"], strict=True):
        assert (one["word"], one["start"], one["end"]) == tuple(
            other[key] for key in ("word", "start", "end")
        )
    service.drain()
