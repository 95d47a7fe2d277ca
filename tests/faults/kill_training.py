"""Kill a sentiment training with SIGKILL again and again; compare with one never killed.

    python -m tests.faults.kill_training --kills 20 --inside-saves 8

Two trainings with the same settings: one runs through, the other is killed at random moments (some
of them while a file of the training state or of the model is being written) and started again with
the same command. Both must end with the same weights, bit for bit, and the same history.
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

import numpy as np

WORDS = [
    "film",
    "story",
    "plot",
    "actor",
    "scene",
    "music",
    "camera",
    "script",
    "director",
    "ending",
    "cast",
    "dialogue",
]
OPINIONS = {
    "good": ["great", "lovely", "superb", "fine"],
    "bad": ["awful", "dull", "poor", "boring"],
}


def write_corpus(path: Path, examples: int, words: int) -> None:
    """A learnable two-class corpus with a vocabulary of `words` made-up words besides."""
    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(examples):
            label = ("good", "bad")[number % 2]
            pool = [*generator.choices(WORDS, k=20), *generator.choices(OPINIONS[label], k=4)]
            pool += [f"w{generator.randrange(words)}" for _ in range(20)]
            generator.shuffle(pool)
            file.write(f"{label}\t{' '.join(pool)} {number}\n")


def command(corpus: Path, output: Path, epochs: int) -> list[str]:
    flags = "--units 16 --embedding-dim 128 --minimum-count 1 --save-seconds 0.1 --patience 99"
    flags += " --batch-size 32"
    return [
        *(sys.executable, "-m", "seqzoo.recipes.sentiment", "--data", str(corpus)),
        *("--output", str(output), "--epochs", str(epochs), *flags.split()),
    ]


def start(arguments: list[str], log: Path) -> subprocess.Popen:
    with log.open("ab") as file:
        return subprocess.Popen(arguments, stdout=file, stderr=file)


def being_saved(output: Path) -> str | None:
    """The name of what is being written at this moment."""
    if (output / "state" / "training.npz.partial").exists():
        return "training state"
    if (output / ".staged").exists() or (output / ".commit").exists():
        return "model folder"
    return None


def kill_once(arguments, output: Path, log: Path, delay: float, inside: bool) -> str | None:
    """Start, kill `delay` seconds after the first save; returns what was being saved then ("" for nothing).

    Returns None if the training came to its end first.
    """
    process = start(arguments, log)
    training = output / "state" / "training.npz"
    before = training.stat().st_mtime_ns if training.exists() else 0
    # Wait for this process' first save, so that every life makes headway; then for chance.
    while process.poll() is None:
        if training.exists() and training.stat().st_mtime_ns != before:
            break
        time.sleep(0.002)
    deadline = time.monotonic() + delay
    while process.poll() is None:
        if time.monotonic() >= deadline and (not inside or being_saved(output)):
            break
        time.sleep(0.0005)
    if process.poll() is not None:
        if process.returncode:
            raise SystemExit(f"a run failed with {process.returncode}: see {log}")
        return None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return being_saved(output) or ""


def weights(output: Path) -> list[np.ndarray]:
    from seqzoo import artifact

    return artifact.load_model(output).get_weights()


def history(output: Path) -> list[dict]:
    with (output / "history.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def run(
    kills: int,
    inside_saves: int,
    epochs: int,
    examples: int,
    words: int,
    window: float = 2.0,
    seed: int = 0,
) -> dict:
    """Do all of it in a temporary folder.

    Args:
        kills: how often, if the training lasts that long.
        inside_saves: so many of them at least wait for a save to be under way.
        epochs, examples, words: size of the training and of its made-up vocabulary.
        window: seconds after its first save within which a life ends.
        seed: of the moments.

    Returns:
        `kills`, `inside` (how many of them hit a save, by what was saved), `equal`.
    """
    generator, done = random.Random(seed), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, log = folder / "corpus.tsv", folder / "log.txt"
        write_corpus(corpus, examples, words)
        whole, killed = folder / "whole", folder / "killed"
        subprocess.run(command(corpus, whole, epochs), check=True, stdout=subprocess.DEVNULL)
        arguments = command(corpus, killed, epochs)
        while len(done) < kills:
            aim = sum(map(bool, done)) < inside_saves and len(done) % 2 == 0
            what = kill_once(arguments, killed, log, generator.uniform(0, window), aim)
            if what is None:
                break
            done.append(what)
            print(f"kill {len(done)}: {what or 'between saves'}", flush=True)
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        pairs = zip(weights(whole), weights(killed), strict=True)
        equal = all(np.array_equal(a, b) for a, b in pairs) and history(whole) == history(killed)
    inside = {what: done.count(what) for what in sorted(set(done)) if what}
    return {"kills": len(done), "inside": inside, "equal": equal}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--inside-saves", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--examples", type=int, default=4000)
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument("--window", type=float, default=2.0, help="seconds a life lasts at most")
    parser.add_argument("--seed", type=int, default=0)
    result = run(**vars(parser.parse_args()))
    print(result)
    enough = sum(result["inside"].values())
    return 0 if result["equal"] and result["kills"] and enough else 1


if __name__ == "__main__":
    sys.exit(main())
