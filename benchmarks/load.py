"""A server under load: what it answers at 1, 2, 5 and 10 times what it can, and for how long.

    python -m benchmarks.load [--model sentiment-imdb] [--texts 16] [--data FILE] [--soak 600]
    python -m benchmarks.load --beside CHECKOUT [--model DIR] [--rounds 2]

The server has one core and the generator another. The generator is open-loop: requests come at their times,
answered or not, each on a connection of its own (`npm install artillery`, in PATH or `--artillery`). Capacity
is what eight clients get that ask as soon as they were answered. All traffic is on loopback.

`--beside` names another checkout of seqzoo. Both servers get 1 and 10 times the other's capacity, one after
the other in each round; the other serves the model of the same name that is in its checkout.
"""

import argparse
import http.client
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from benchmarks.tables import markdown

HERE = Path(__file__).parents[1]
BODIES = 200
CORES = os.sched_getaffinity(0)
COLUMNS = ["load", "asked a second", "answered a second", "p50", "p99", "refused", "refusals' p99",
           "other", "health's slowest", "memory, MiB"]  # fmt: skip
SCRIPT = """const bodies = require("./bodies.json"); let next = 0;
module.exports = { body(request, context, events, done) {
  request.body = bodies[next++ % bodies.length];
  return done();
} };"""


class Server:
    """`seqzoo serve` in a process of its own, on core 0.

    Args:
        model: a name or a folder.
        flags: of the command.
        checkout: whose seqzoo it is.
    """

    def __init__(self, model: str, *flags: str, checkout: Path = HERE):
        command = [sys.executable, "-m", "seqzoo", "serve", model, "--port", "0", *flags]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            preexec_fn=lambda: os.sched_setaffinity(0, CORES),
        )
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1])
        self.address = f"/v1/models/{Path(model).name}:predict"

    def ask(self, connection, body: str) -> int:
        """The status of an answer that has been read."""
        connection.request("POST", self.address, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def memory(self) -> float:
        """MiB resident, as the server tells."""
        connection = self.connect()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return (
            float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.M)[1]) / 2**20
        )

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


def capacity(
    server: Server, bodies: list[str], clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Requests answered a second by clients that ask as soon as they were answered, and each one's ms."""
    times, until = [], time.monotonic() + seconds

    def run(number: int) -> None:
        connection, at = server.connect(), number * 7
        while time.monotonic() < until:
            started = time.perf_counter()
            status = server.ask(connection, bodies[at % len(bodies)])
            times.extend([1000 * (time.perf_counter() - started)] * (status == 200))
            at += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / seconds, sorted(times)


def probe(
    server: Server, ended: threading.Event, found: list[float], memory: list[float]
) -> None:
    """Ask ten times a second whether the server lives, milliseconds of each; every minute for its memory."""
    while not ended.wait(0.1):
        if len(found) % 600 == 599:
            memory.append(server.memory())
        started, connection = time.perf_counter(), server.connect()
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        found.append(1000 * (time.perf_counter() - started))


def load(
    server: Server, bodies: list[str], rate: float, seconds: int, artillery: str
) -> dict:
    """Artillery's report of requests at a rate, the server's health and its memory."""
    health, ended, memory = [], threading.Event(), [server.memory()]
    prober = threading.Thread(target=probe, args=(server, ended, health, memory))
    with tempfile.TemporaryDirectory() as folder:
        request = {"url": server.address, "beforeRequest": "body",
                   "headers": {"content-type": "application/json"}}  # fmt: skip
        script = {
            "config": {
                "target": f"http://127.0.0.1:{server.port}",
                "processor": "./bodies.js",
                "http": {"timeout": 30},
                "phases": [{"duration": seconds, "arrivalCount": round(rate * seconds)}],
            },
            "scenarios": [{"flow": [{"post": request}]}],
        }  # fmt: skip
        for name, text in (("load.json", json.dumps(script)), ("bodies.js", SCRIPT),
                           ("bodies.json", json.dumps(bodies))):  # fmt: skip
            (Path(folder) / name).write_text(text)
        prober.start()
        subprocess.run(
            [artillery, "run", "--quiet", "--output", "report.json", "load.json"], cwd=folder, check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {1}), stdout=subprocess.DEVNULL,
            env={**os.environ, "ARTILLERY_DISABLE_TELEMETRY": "true"},
        )  # fmt: skip
        ended.set()
        prober.join()
        report = json.loads((Path(folder) / "report.json").read_text())["aggregate"]
    return {
        "report": report,
        "health": max(health),
        "memory": [*memory, server.memory()],
        "seconds": seconds,
    }


def row(name: str, rate: float, found: dict) -> list[str]:
    """A line of the table."""
    counters, summaries = found["report"]["counters"], found["report"]["summaries"]
    answered, refused = (counters.get(f"http.codes.{status}", 0) for status in (200, 503))
    other = counters["vusers.created"] - answered - refused
    good, bad = (summaries.get(f"http.response_time.{kind}xx", {}) for kind in (2, 5))
    took = (found["report"]["lastMetricAt"] - found["report"]["firstMetricAt"]) / 1000
    return [
        name, f"{rate:.0f}", f"{answered / max(took, found['seconds']):.1f}", f"{good.get('p50', 0):.0f} ms",
        f"{good.get('p99', 0):.0f} ms", str(refused), f"{bad['p99']:.0f} ms" if bad else "-", str(other),
        f"{found['health']:.0f} ms", ", ".join(f"{each:.0f}" for each in found["memory"]),
    ]  # fmt: skip


def read_bodies(path: Path | None, texts: int, longest: int) -> list[str]:
    """Requests of so many texts each, of a file's lines or of movie reviews."""
    if path is None:
        from seqzoo.datasets import movie_reviews

        examples = movie_reviews.corpus().parts["train"]()
        lines = [example.text for example in itertools.islice(examples, 3000)]
    else:
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    lines = [line[:longest] for line in lines]
    chosen = [
        [lines[(i * texts + j) % len(lines)] for j in range(texts)] for i in range(BODIES)
    ]
    return [json.dumps({"texts": each}) for each in chosen]


def batching(model: str, bodies: list[str]) -> None:
    """One text a request, 32 clients: computed together, and one at a time; and a text alone."""
    rates = {}
    for name, flags in (("together", []), ("one at a time", ["--batch", "1"])):
        server = Server(model, *flags)
        rates[name], _ = capacity(server, bodies, 32, 15)
        if not flags:
            _, times = capacity(server, bodies, 1, 15)
            print(
                f"a text alone: p50 {median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms"
            )
        server.end()
    print(f"texts a second: {rates}; gain {rates['together'] / rates['one at a time']:.2f}")


def beside(given: argparse.Namespace, bodies: list[str]) -> None:
    """Two checkouts' servers at 1 and 10 times what the other one can."""
    model = given.model
    servers = {
        "before": lambda: Server(Path(model).name, checkout=given.beside),
        "engine": lambda: Server(model),
    }
    capacities = {}
    for name, start in servers.items():
        server = start()
        capacity(server, bodies, 8, 5)  # warm
        capacities[name], _ = capacity(server, bodies, 8, 15)
        alone, times = capacity(server, bodies, 1, 10)
        print(
            f"{name}: eight clients get {capacities[name]:.1f} a second, one {alone:.1f}, "
            f"p50 {median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms",
            flush=True,
        )
        server.end()

    lines = []
    for _, multiple in itertools.product(range(given.rounds), (1, 10)):
        for name, start in servers.items():
            server, rate = start(), multiple * capacities["before"]
            capacity(server, bodies, 8, 5)
            found = load(server, bodies, rate, given.seconds, given.artillery)
            lines.append(row(f"{name}, {multiple}x", rate, found))
            server.end()
    print(markdown(COLUMNS, lines))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sentiment-imdb")
    parser.add_argument("--texts", type=int, default=16, help="of a request")
    parser.add_argument(
        "--data", type=Path, help="texts, one a line; default: movie reviews"
    )
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--soak", type=int, default=0, help="seconds at 0.8 times capacity, instead"
    )
    parser.add_argument(
        "--batching", action="store_true", help="what batches gain, instead"
    )
    parser.add_argument("--artillery", default="artillery")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=2, help="with --beside")
    parser.add_argument(
        "--flags", nargs="*", default=[], help="of the server, without dashes: batch=32"
    )
    given = parser.parse_args()
    os.sched_setaffinity(0, {1})
    bodies = read_bodies(given.data, 1 if given.batching else given.texts, 20_000)
    if given.batching:
        batching(given.model, bodies)
        return
    if given.beside:
        beside(given, bodies)
        return
    server = Server(given.model, *(f"--{flag}" for flag in given.flags))
    capacity(server, bodies, 8, 5)  # warm
    most, _ = capacity(server, bodies, 8, 15)
    print(f"capacity: {most:.1f} requests a second, {given.texts} texts each")
    multiples = [0.8] if given.soak else [1, 2, 5, 10]
    lines = []
    for multiple in multiples:
        found = load(
            server, bodies, multiple * most, given.soak or given.seconds, given.artillery
        )
        lines.append(row(f"{multiple}x", multiple * most, found))
        print(lines[-1], flush=True)
    print(markdown(COLUMNS, lines))
    print(f"exit status after SIGTERM: {server.end()}")


if __name__ == "__main__":
    main()
