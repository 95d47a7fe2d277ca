"""The server's process, from its start to SIGTERM."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

from tests.faults import end_server


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
