"""What a command costs from its first letter to its last: time and memory beside what it cannot do without.

    python -m benchmarks.cold

Each command runs in a process of its own, in turns with two yardsticks: `python -c "import onnxruntime,
numpy"` and `python -c "import numpy"`. Python's bytecode is cached, as it is after an install: a first
round, which writes it, is not counted. Writes its section of docs/design/performance.md.
"""

import os
import subprocess
import sys
import time
from statistics import median

from benchmarks import tables
from seqzoo import zoo

ROUNDS = 9
SENTENCES = {
    "zh": "他们在北京大学读书。",
    "en": "A wonderful film.",
}
YARDSTICKS = {
    "import onnxruntime, numpy": ["-c", "import onnxruntime, numpy"],
    "import numpy": ["-c", "import numpy"],
}


def main() -> None:
    """Print and write the table."""
    commands = dict(YARDSTICKS)
    for name in zoo.pretrained():
        commands[f"seqzoo predict {name}"] = ["-m", "seqzoo", "predict", name]
    commands["seqzoo list"] = ["-m", "seqzoo", "list"]
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_number in range(1 + ROUNDS):
        for name, arguments in commands.items():
            figures = run(arguments, text_for(name))
            if round_number:
                measured[name].append(figures)
    print(tables.write("cold", table(measured)))


def text_for(command: str) -> str:
    """A sentence in the language of the model that a command names."""
    chinese = "peoples-daily" in command
    return SENTENCES["zh" if chinese else "en"]


def run(arguments: list[str], text: str) -> tuple[float, float]:
    """Seconds and most megabytes of a process."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    assert child.stdin is not None
    child.stdin.write(text.encode() + b"\n")
    child.stdin.close()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)}: status {status}")
    return seconds, usage.ru_maxrss / 1024


def table(measured: dict[str, list[tuple[float, float]]]) -> str:
    """A row a command: median seconds, ratio to both yardsticks, memory."""
    seconds = {name: median(each[0] for each in runs) for name, runs in measured.items()}
    lines = [
        "| command | seconds | times `import onnxruntime, numpy` | times `import numpy` | MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    engine, numpy = (seconds[name] for name in YARDSTICKS)
    for name, runs in measured.items():
        megabytes = max(each[1] for each in runs)
        ratios = f"{seconds[name] / engine:.2f} | {seconds[name] / numpy:.2f}"
        lines.append(f"| `{name}` | {seconds[name]:.3f} | {ratios} | {megabytes:.0f} |")
    return "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
