"""Kill a training with SIGKILL again and again; compare with one never killed.

    python -m tests.faults.kill_training --recipe translation --kills 50 --inside-saves 15

Two trainings with the same settings: one runs through, the other is killed at random moments (some
of them while a file of the training state or of the model is being written) and started again with
the same command. Both must end with the same weights, the same state of the optimizer and of all that is
random, bit for bit, and the same history.
"""

import argparse
import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from tests.faults import corpora

COMMON = "--save-seconds 0.1 --patience 99"
RECIPES = {  # recipe -> corpus and flags; vocabularies large enough for a save to take a while
    "sentiment": (
        corpora.reviews,
        "--units 16 --embedding-dim 128 --minimum-count 1 --batch-size 32",
    ),
    "segmentation": (
        corpora.sentences,
        "--units 32 --embedding-dim 128 --bigram-dim 64 --batch-size 32",
    ),
    "translation": (
        corpora.pairs,
        "--units 64 --embedding-dim 128 --unit word --vocabulary 20000 --batch-tokens 2000 --average 2 "
        "--validation 0.02 --test 0.02",
    ),
    "language_model": (
        corpora.verses,
        "--units 128 --num-layers 1 --batch-size 16 --steps 20 --vocabulary 20000",
    ),
}


def command(recipe: str, corpus: Path, output: Path, epochs: int) -> list[str]:
    return [
        *(sys.executable, "-m", f"seqzoo.recipes.{recipe}", "--data", str(corpus)),
        *(
            "--output",
            str(output),
            "--epochs",
            str(epochs),
            *RECIPES[recipe][1].split(),
            *COMMON.split(),
        ),
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


def trained(output: Path) -> dict[str, np.ndarray]:
    """Every array that a finished training has left: its state's, and its networks' weights."""
    with np.load(output / "state" / "training.npz", allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    progress = json.loads(str(arrays.pop("progress")))
    arrays["history"] = np.array(json.dumps(_without_times(progress["history"])))
    for path in output.glob("*.keras"):
        arrays |= {f"{path.name}/{name}": value for name, value in _weights(path).items()}
    return arrays


def _weights(path: Path) -> dict[str, np.ndarray]:
    import h5py

    found = {}
    with (
        zipfile.ZipFile(path) as archive,
        h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as weights,
    ):
        weights.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def _without_times(records: list[dict]) -> list[dict]:
    return [{k: v for k, v in record.items() if k != "seconds"} for record in records]


def history(output: Path) -> list[dict]:
    with (output / "history.csv").open(newline="") as file:
        return _without_times(list(csv.DictReader(file)))


def same(one: Path, other: Path) -> bool:
    """Whether two finished trainings have left the same, but for times."""
    expected, found = trained(one), trained(other)
    return (
        expected.keys() == found.keys()
        and all(np.array_equal(expected[name], found[name]) for name in expected)
        and history(one) == history(other)
    )


def run(
    recipe: str,
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
        recipe: a name in `RECIPES`.
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
        RECIPES[recipe][0](corpus, examples, words)
        whole, killed = folder / "whole", folder / "killed"
        subprocess.run(
            command(recipe, corpus, whole, epochs), check=True, stdout=subprocess.DEVNULL
        )
        arguments = command(recipe, corpus, killed, epochs)
        while len(done) < kills:
            aim = sum(map(bool, done)) < inside_saves and len(done) % 2 == 0
            what = kill_once(arguments, killed, log, generator.uniform(0, window), aim)
            if what is None:
                break
            done.append(what)
            print(f"kill {len(done)}: {what or 'between saves'}", flush=True)
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        equal = same(whole, killed)
    inside = {what: done.count(what) for what in sorted(set(done)) if what}
    return {"kills": len(done), "inside": inside, "equal": equal}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="sentiment", choices=RECIPES)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--inside-saves", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--examples", type=int, default=4000)
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument(
        "--window", type=float, default=2.0, help="seconds a life lasts at most"
    )
    parser.add_argument("--seed", type=int, default=0)
    result = run(**vars(parser.parse_args()))
    print(result)
    enough = sum(result["inside"].values())
    return 0 if result["equal"] and result["kills"] and enough else 1


if __name__ == "__main__":
    sys.exit(main())
