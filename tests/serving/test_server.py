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


def wait_for(condition):
    """Wait until something holds; the time that it may take is there to end a test that would hang."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.01)


def get(port, path):
    """Status and text of a page; of a server that does not listen any more None and nothing."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return None, ""
    finally:
        connection.close()


def counted(port):
    """Requests by status, as the server has counted them."""
    _, metrics = get(port, "/metrics")
    return dict(re.findall(r'seqzoo_requests_total\{.*status="(\d+)"\} (\d+)', metrics))


def test_a_client_that_leaves_while_it_sends_is_no_fault(trained):
    """Over a socket: no traceback, counted as 499, and the next is answered."""
    process, port = end_server.start(str(trained))
    address = f"/v1/models/{trained.name}:predict"
    for number in range(1, 4):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            head = f"POST {address} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n"
            client.sendall(head.encode() + b"x" * 500)
        wait_for(lambda number=number: counted(port) == {"499": str(number)})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", address, json.dumps({"texts": ["the great film"]}))
    answer = connection.getresponse()
    assert (answer.status, len(json.loads(answer.read())["predictions"])) == (200, 1)
    connection.close()
    # An answer is counted once all of it is sent: its client may ask before that.
    wait_for(lambda: counted(port) == {"200": "1", "499": "3"})
    process.terminate()
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, (said, errors)
    assert "Traceback" not in errors and "Exception" not in errors


STUCK = """
import sys, threading
from seqzoo.serving import Limits, serve
from seqzoo.tasks.classification.predictor import Classifier

answers = Classifier.answers

def stuck(self, items, options):
    if any(item == "the great film" for item, _ in items):
        print("computing", flush=True)
        threading.Event().wait()
    return answers(self, items, options)

Classifier.answers = stuck
sys.exit(serve([sys.argv[1]], port=0, limits=Limits(drain=3600)))
"""


def test_told_twice_it_ends_at_once_and_says_what_was_lost(trained):
    """Like `test_sigterm_under_load...`, but with a request that is never answered, and an hour for it."""
    process, port = end_server.start_by("-c", STUCK, str(trained))
    found = []

    def ask_once():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        body = json.dumps({"texts": ["the great film"]})
        connection.request("POST", f"/v1/models/{trained.name}:predict", body)
        answer = connection.getresponse()
        found.append((answer.status, answer.read()))
        if answer.status != 503:
            process.kill()  # else nobody would ever print "computing"

    client = threading.Thread(target=ask_once)
    client.start()
    assert process.stdout.readline() == "computing\n", found
    process.terminate()
    wait_for(lambda: get(port, "/readyz")[0] != 200)  # it knows
    process.terminate()
    said, errors = process.communicate(timeout=120)
    client.join(60)
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
