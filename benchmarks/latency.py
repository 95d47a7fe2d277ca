"""Milliseconds from texts to answers, warm: the engine, the folder that `export` writes, an older checkout.

    python -m benchmarks.latency [--beside CHECKOUT] [--rounds 9] [MODEL ...]

Each way has a process of its own for each model, and they take turns: one is asked while the others wait.
`--beside` names a checkout of seqzoo from before the engine, whose predictors run compiled Keras. Writes its
section of docs/design/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import tables
from seqzoo import zoo

COUNTS = (1, 64)
LENGTH = 40  # tokens of a text, at most
SECONDS = 0.5  # of a turn
ENGINE, EXPORT, BEFORE = "engine", "export", "before the engine"
# What a child does: it answers each line, a count of texts, with milliseconds a call.
TIMED = """
import json, sys, time
texts = json.loads(sys.stdin.readline())
for line in sys.stdin:
    given = texts[: int(line)]
    answer(given)
    times, end = [], time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        started = time.perf_counter()
        answer(given)
        times.append(1000 * (time.perf_counter() - started))
    print(sorted(times)[len(times) // 2], flush=True)
"""
SEQZOO = """
import seqzoo
model = seqzoo.load(NAME)
answer = model.predict
"""
READER = """
from reader import Reader
answer = Reader().predict
"""


class Child:
    """A process that times one way.

    Args:
        code: defines `answer`, of a list of texts.
        texts: to be answered.
        folder: in which it runs.
    """

    def __init__(self, code: str, texts: Sequence[str], folder: Path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"SECONDS = {SECONDS}\n{code}\n{TIMED}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
        )
        self._say(json.dumps(list(texts)))

    def milliseconds(self, count: int) -> float:
        """The median of a turn's calls with so many texts."""
        self._say(str(count))
        return float(self.process.stdout.readline())

    def _say(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


def measured(name: str, beside: Path | None, rounds: int, folder: Path) -> list[str]:
    """A model's row for each count of texts."""
    model = zoo.load(name)
    texts = model.samples(max(COUNTS), LENGTH)
    here = Path(__file__).resolve().parents[1]
    command = ["-m", "seqzoo", "export", name, "--format", "onnx", "--output"]
    exported = folder / name
    subprocess.run(
        [sys.executable, *command, exported], check=True, cwd=here, capture_output=True
    )
    code = f"NAME = {name!r}\n{SEQZOO}"
    children = {
        ENGINE: Child(code, texts, here),
        EXPORT: Child(READER, texts, exported),
    }
    if beside is not None:
        children[BEFORE] = Child(code, texts, beside)
    lines = []
    for count in COUNTS:
        times: dict[str, list[float]] = {way: [] for way in children}
        for _ in range(rounds):
            for way, child in children.items():
                times[way].append(child.milliseconds(count))
        middle = {way: median(values) for way, values in times.items()}
        ratios = [
            f"{middle[way] / middle[ENGINE]:.2f}" for way in children if way != ENGINE
        ]
        lines.append([name, str(count), f"{middle[ENGINE]:.2f}", *ratios])
    for child in children.values():
        child.process.kill()
    return lines


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", default=[*zoo.pretrained()])
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=9)
    parsed = parser.parse_args()
    columns = ["model", "texts", "ms", "times as fast as its export"]
    if parsed.beside is not None:
        columns.append("times as fast as before the engine")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name in parsed.models:
            lines += measured(name, parsed.beside, parsed.rounds, Path(folder))
            print(lines[-2:], flush=True)
    print(tables.write("latency", "\n" + tables.markdown(columns, lines)))


if __name__ == "__main__":
    main()
