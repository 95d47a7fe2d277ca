"""Milliseconds from texts to answers, warm: the engine, the folder that `export` writes, an older checkout.

    python -m benchmarks.latency [--beside CHECKOUT] [--rounds 9] [MODEL ...]

Each way has a process of its own for each model, and they take turns: one is asked while the others wait.
`--beside` names a checkout of seqzoo from before the engine, whose predictors run compiled Keras. Writes its
section of docs/design/performance.md. The checkout may have an older model of that name: both can answer
the texts.
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
# Which of the texts a model can answer.
ACCEPTED = """
import json, sys
accepted = []
for text in json.loads(sys.stdin.read()):
    try:
        answer([text])
        accepted.append(text)
    except ValueError:
        pass  # of words that this model does not know
print(json.dumps(accepted))
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


def accepted(texts: Sequence[str], code: str, folder: Path) -> list[str]:
    """The texts that a checkout's model can answer."""
    done = subprocess.run(
        [sys.executable, "-c", code + ACCEPTED],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    return json.loads(done.stdout.splitlines()[-1])


def measured(name: str, beside: Path | None, rounds: int, folder: Path) -> list[str]:
    """A model's row for each count of texts."""
    model = zoo.load(name)
    code = f"NAME = {name!r}\n{SEQZOO}"
    texts = model.samples(2 * max(COUNTS), LENGTH)
    if beside is not None:
        texts = accepted(texts, code, beside)
    assert len(texts) >= max(COUNTS), f"{name}: {len(texts)} texts that both can answer"
    here = Path(__file__).resolve().parents[1]
    command = ["-m", "seqzoo", "export", name, "--format", "onnx", "--output"]
    exported = folder / name
    subprocess.run(
        [sys.executable, *command, exported], check=True, cwd=here, capture_output=True
    )
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
            beside = parsed.beside
            if (
                beside is not None
                and not (beside / "seqzoo" / "pretrained" / name).is_dir()
            ):
                beside = None  # a newer model
            lines += measured(name, beside, parsed.rounds, Path(folder))
            print(lines[-2:], flush=True)
    lines = [line + ["none"] * (len(columns) - len(line)) for line in lines]
    print(tables.write("latency", "\n" + tables.markdown(columns, lines)))


if __name__ == "__main__":
    main()
