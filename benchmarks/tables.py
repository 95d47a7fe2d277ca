"""What the benchmarks share: children with so many threads, taking turns, tables, and the sections of
`docs/design/performance.md`."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

PAGE = Path(__file__).parents[1] / "docs" / "design" / "performance.md"


def child(threads: int, *arguments) -> list[dict]:
    """What `python -m` with these arguments prints as JSON, a line each, on so many cores and threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {
        **os.environ,
        **dict.fromkeys(names, str(threads)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    cores = sorted(os.sched_getaffinity(0))[:threads]
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def alternate(ways: dict, rounds: int, seconds: float) -> dict[str, float]:
    """Median milliseconds of a call of each way, taking turns.

    Args:
        ways: name -> function without arguments.
        rounds: turns of each.
        seconds: a turn's timed calls end after so long, and number at least one; an untimed call
            comes first.
    """
    times = {name: [] for name in ways}
    for way in ways.values():
        way()  # compile
    for _ in range(rounds):
        for name, way in ways.items():
            way()
            end = time.perf_counter() + seconds
            while True:
                started = time.perf_counter()
                way()
                now = time.perf_counter()
                times[name].append(1000 * (now - started))
                if now >= end:
                    break
    return {name: median(values) for name, values in times.items()}


def markdown(columns: list[str], lines: list[list[str]]) -> str:
    """A markdown table, with an empty line's worth of columns left out."""
    kept = [i for i in range(len(columns)) if any(line[i] for line in lines)]
    rows = [columns, ["---"] * len(columns), *lines]
    return "".join("| " + " | ".join(row[i] for i in kept) + " |\n" for row in rows)


def write(section: str, text: str) -> str:
    """Put the text between the section's marks in `docs/design/performance.md`; returns it."""
    first, last = f"<!-- {section} -->\n", f"<!-- /{section} -->"
    page = PAGE.read_text("utf-8")
    head, tail = page.index(first) + len(first), page.index(last)
    PAGE.write_text(page[:head] + machine() + text + "\n" + page[tail:], "utf-8")
    return text


def machine() -> str:
    """A line on when and where."""
    import importlib.metadata

    found = {
        d.metadata["Name"].replace("_", "-"): d.version
        for d in importlib.metadata.distributions()
    }
    names = (
        "keras",
        "tensorflow",
        "tensorflow-cpu",
        "torch",
        "onnxruntime",
        "numba",
        "numpy",
    )
    versions = ", ".join(f"{name} {found[name]}" for name in names if name in found)
    lines = (
        line.split(":", 1)
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if ":" in line
    )
    cpu = {name.strip(): value.strip() for name, value in lines}
    model = ", ".join(
        f"{name} {cpu[name]}" for name in ("cpu family", "model") if name in cpu
    )
    day, python = time.strftime("%Y-%m-%d"), platform.python_version()
    return f"\n{day}, {cpu.get('model name', platform.machine())} ({model}), Python {python}, {versions}.\n"
