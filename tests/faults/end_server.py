"""SIGTERM to a server under load: it ends with 0, and no request that it accepted goes without its answer.

    python -m tests.faults.end_server [--rounds 30] [--model sentiment-imdb]

Every client asks as soon as it was answered, over connections kept or opened anew. When the server is gone,
the answers it says it gave must be as many as the clients got.
"""

import argparse
import http.client
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

CLIENTS = 6
TEXTS = ["a wonderful film", "dull", "the great story with some plot " * 20]


def start(model: str, *flags: str) -> tuple[subprocess.Popen, int]:
    """A server's process, and its port."""
    return start_by("-m", "seqzoo", "serve", model, "--port", "0", *flags)


def start_by(*arguments: str) -> tuple[subprocess.Popen, int]:
    """The process of a Python program that serves at a free port, and that port."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    if not line.startswith("serving "):
        raise RuntimeError(process.stderr.read())
    return process, int(line.rsplit(":", 1)[1])


def ask_on(port: int, model: str, keep: bool, found: Counter) -> None:
    """Ask until nobody listens; counts statuses, and connections that were cut."""
    body, connection = json.dumps({"texts": TEXTS}), None
    while True:
        try:
            if connection is None or not keep:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.connect()
        except ConnectionError:
            return
        try:
            connection.request("POST", f"/v1/models/{model}:predict", body)
            answer = connection.getresponse()
            whole = json.loads(answer.read())
            found[answer.status] += 1
            if answer.status == 200 and len(whole["predictions"]) != len(TEXTS):
                found["short"] += 1
            if answer.getheader("connection") == "close":
                connection = None
        except (ConnectionError, http.client.HTTPException):
            found["cut"] += 1  # had it been accepted, the server's count would tell
            connection = None


def once(model: str, seconds: float) -> dict:
    """One server's life: what the clients got, what it says it gave, how it ended."""
    process, port = start(model)
    found = [Counter() for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=ask_on, args=(port, Path(model).name, bool(i % 2), each))
        for i, each in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    time.sleep(0.3)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/readyz")
    ready = connection.getresponse().status
    said, errors = process.communicate(timeout=30)
    took = time.monotonic() - told
    for thread in threads:
        thread.join()
    total = sum(found, Counter())
    gave = int(said.split("ended; ")[1].split()[0])
    return {"code": process.returncode, "seconds": took, "ready": ready, "got": total[200], "gave": gave,
            "refused": total[503], "short": total["short"], "cut": total["cut"],
            "traceback": "Traceback" in errors}  # fmt: skip


def main() -> None:
    """Many of them, at any moment of their first seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--model", default="sentiment-imdb")
    given = parser.parse_args()
    draw, lives = random.Random(0), []
    for number in range(given.rounds):
        lives.append(once(given.model, draw.uniform(0.2, 2.5)))
        print(number, lives[-1], flush=True)
    got, gave = (sum(life[name] for life in lives) for name in ("got", "gave"))
    slowest, codes = (
        max(life["seconds"] for life in lives),
        Counter(life["code"] for life in lives),
    )
    print(
        f"{len(lives)} ends, {got} answers, {gave - got} lost, slowest {slowest:.1f} s, statuses {codes}"
    )


if __name__ == "__main__":
    main()
