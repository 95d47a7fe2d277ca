"""Segmenting a file from the command line, reading and writing included, beside jieba.

    pip install jieba
    python -m benchmarks.bulk_segmentation FILE [--model NAME_OR_DIR] [--rounds 3] [--peer PYTHON]

FILE has a text a line; ten megabytes are enough. Whole processes run in turns: `seqzoo predict --plain`, and
a script that reads the file, cuts each line with `jieba.cut` and writes the words. jieba uses one core.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

JIEBA = """
import sys, jieba
jieba.setLogLevel(60)
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        sys.stdout.buffer.write(" ".join(jieba.cut(line)).encode())
"""


def main() -> None:
    """Print characters a second of both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--model", default="segmentation-peoples-daily")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", default=sys.executable, help="a Python that has jieba")
    given = parser.parse_args()
    characters = len(Path(given.file).read_text("utf-8"))
    predict = [
        sys.executable,
        "-m",
        "seqzoo",
        "predict",
        "--plain",
        given.model,
        given.file,
    ]
    commands = {"seqzoo": predict, "jieba": [given.peer, "-c", JIEBA, given.file]}
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(given.rounds):
        for name, command in commands.items():
            runs[name].append(measured(command))
    print("| segmenter | characters a second | CPU seconds | MB |\n|---|---|---|---|")
    speeds = {}
    for name, found in runs.items():
        seconds, busy, megabytes = map(median, zip(*found, strict=True))
        speeds[name] = characters / seconds
        print(f"| {name} | {speeds[name]:,.0f} | {busy:.1f} | {megabytes:.0f} |")
    print(f"\nseqzoo over jieba: {speeds['seqzoo'] / speeds['jieba']:.2f}")


def measured(command: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds on all cores together, and most megabytes of a process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)[:80]}: status {status}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
