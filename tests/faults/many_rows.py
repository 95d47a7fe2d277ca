"""The peak memory of `seqzoo predict` on tables of few and of very many rows.

    python -m tests.faults.many_rows --rows 10000 1000000

Writes a CSV of short texts, answers it into another one by a finished model, and prints the child's peak
resident memory, MiB, and the seconds that it took. The figures must not grow with the rows.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [
    "good",
    "bad",
    "plot",
    "actor",
    "film",
    "never",
    "very",
    "music",
    "end",
    "boring",
    "fine",
]


def write(path: Path, rows: int) -> None:
    """Write a CSV of short texts with a number and a remark beside them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "remark"])
        for row in range(rows):
            count = len(WORDS)
            words = [WORDS[(row // 11**place + place) % count] for place in range(6)]
            writer.writerow([row, " ".join(words), "a, b"])


def measure(rows: int, model: str = "sentiment-imdb") -> dict[str, float]:
    """Peak memory and time of a prediction of so many rows.

    Args:
        rows: of the table.
        model: name or folder of the model.

    Returns:
        `rows`, `peak_mib`, `seconds`, and `lines` of what was written.
    """
    with tempfile.TemporaryDirectory() as folder:
        data, scored = Path(folder) / "data.csv", Path(folder) / "scored.csv"
        write(data, rows)
        command = [sys.executable, "-m", "seqzoo", "predict", model, str(data)]
        began = time.monotonic()
        child = subprocess.Popen([*command, "--output", str(scored)])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        if child.returncode:
            raise SystemExit(f"predict ended with status {child.returncode}")
        with scored.open("rb") as file:
            lines = sum(1 for _ in file)
    peak = usage.ru_maxrss / 1024
    return {
        "rows": rows,
        "peak_mib": round(peak, 1),
        "seconds": round(seconds, 1),
        "lines": lines,
    }


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--model", default="sentiment-imdb")
    parsed = parser.parse_args()
    for rows in parsed.rows:
        print(json.dumps(measure(rows, parsed.model)), flush=True)


if __name__ == "__main__":
    main()
