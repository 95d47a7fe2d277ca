"""Kill a sweep with SIGKILL again and again; compare with one never killed.

    python -m tests.faults.kill_sweep --tuner bayesian --kills 20

Only the sweep's own process is killed: the trial under way must notice by itself. Both sweeps must have tried
the same settings with the same scores, to the last digit, and no finished trial may have been run again.
"""

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.corpora import reviews
from tests.faults.kill_training import start

TIMES = ("seconds", "wall_seconds")
SPACE = """cell = ["gru", "lstm"]
units = [4, 8, 16]
learning_rate = { min = 0.001, max = 0.05, sampling = "log", step = 3.0 }
"""


def command(
    corpus: Path, space: Path, output: Path, tuner: str, trials: int, epochs: int
) -> list[str]:
    flags = (
        f"--tuner {tuner} --epochs {epochs} --minimum-count 1 --patience 99 --num-layers 1"
    )
    flags += " --embedding-dim 16 --pooling max --dropout 0.3 --embedding-dropout 0 --token-dropout 0"
    flags += " --batch-size 32"
    count = [] if tuner == "hyperband" else ["--trials", str(trials)]
    return [
        *(sys.executable, "-m", "seqzoo", "sweep", "sentiment", "--data", str(corpus)),
        *("--space", str(space), "--output", str(output), *flags.split(), *count),
    ]


def results(output: Path) -> dict[str, bytes]:
    """What finished trials have recorded."""
    return {
        path.parent.name: path.read_bytes() for path in output.glob("trials/*/result.json")
    }


def changed(output: Path) -> int:
    """When a trial last wrote, in nanoseconds."""
    paths = [*output.glob("trials/*/*.npz"), *output.glob("trials/*/result.json")]
    stamps = [0]
    for path in paths:
        try:
            stamps.append(path.stat().st_mtime_ns)
        except FileNotFoundError:  # replaced or done with in between
            continue
    return max(stamps)


def kill_once(arguments, output: Path, log: Path, delay: float) -> bool:
    """Start, kill `delay` seconds after a trial has made headway; False if the sweep came to its end."""
    before, process = changed(output), start(arguments, log)
    while process.poll() is None and changed(output) == before:
        time.sleep(0.01)
    deadline = time.monotonic() + delay
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    if process.poll() is not None:
        if process.returncode:
            raise SystemExit(
                f"a sweep failed with {process.returncode}: {log.read_text()[-2000:]}"
            )
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return True


def table(output: Path) -> list[dict]:
    with (output / "trials.csv").open(newline="") as file:
        return [
            {k: v for k, v in row.items() if k not in TIMES} for row in csv.DictReader(file)
        ]


def run(
    tuner: str,
    kills: int,
    trials: int,
    epochs: int,
    examples: int,
    window: float,
    seed: int = 0,
) -> dict:
    """Do all of it in a temporary folder.

    Args:
        tuner: keras-tuner's way of searching.
        kills: how often, if the sweep lasts that long.
        trials, epochs, examples: size of the sweep.
        window: seconds after its first headway within which a life ends.
        seed: of the moments.

    Returns:
        `kills`, `trials`, `again` (finished ones that were run again), `equal`.
    """
    generator, done, again = random.Random(seed), 0, set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, log, space = (
            folder / "corpus.tsv",
            folder / "log.txt",
            folder / "space.toml",
        )
        reviews(corpus, examples, 500)
        space.write_text(SPACE)
        whole, killed = folder / "whole", folder / "killed"
        sizes = (tuner, trials, epochs)
        subprocess.run(
            command(corpus, space, whole, *sizes), check=True, stdout=subprocess.DEVNULL
        )
        arguments = command(corpus, space, killed, *sizes)
        while done < kills and kill_once(
            arguments, killed, log, generator.uniform(0, window)
        ):
            done += 1
            recorded = results(killed)
            print(f"kill {done}: {len(recorded)} trials finished", flush=True)
            time.sleep(0.5)  # a trial that outlives its sweep would write now
            again |= {
                n
                for n, content in results(killed).items()
                if recorded.get(n, content) != content
            }
            last = recorded
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        again |= {
            n
            for n, content in results(killed).items()
            if done and last.get(n, content) != content
        }
        rows, expected = table(killed), table(whole)
    return {
        "kills": done,
        "trials": len(rows),
        "again": len(again),
        "equal": rows == expected,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuner", default="random")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--examples", type=int, default=3000)
    parser.add_argument(
        "--window", type=float, default=4.0, help="seconds a life lasts at most"
    )
    parser.add_argument("--seed", type=int, default=0)
    result = run(**vars(parser.parse_args()))
    print(result)
    return 0 if result["equal"] and result["kills"] and not result["again"] else 1


if __name__ == "__main__":
    sys.exit(main())
