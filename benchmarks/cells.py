"""Every cell on the same reviews and budget.

    python -m benchmarks.cells --output runs/cells [--seeds 0,1,2] [--cores 0,1] [--imdb FOLDER]

Trains SimpleRNN, GRU and LSTM, uni- and bidirectional, with one and three layers, classifying from
the last state, and prints a table; with `--imdb` every cell of the table, one layer read one way, on 10,000
of IMDB's reviews, tested on its 25,000. A run that is there already is not repeated. Each run has one core
to itself, so that seconds can be compared.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from csv import DictReader
from pathlib import Path
from queue import Queue
from statistics import mean

FLAGS = (
    "--epochs 4 --patience 4 --pooling last --units 32 --embedding-dim 64 --batch-size 32 "
    "--learning-rate 0.002 --dropout 0.5 --embedding-dropout 0.2 --token-dropout 0.3"
)
DEFAULT = "--limit 5000 --max-length 250"
IMDB = "--dataset imdb --limit 10000 --max-length 200 --validation 0.05"
VARIANTS = list(itertools.product(("simple_rnn", "gru", "lstm"), (False, True), (1, 3)))


def folder(output: Path, variant, seed: int) -> Path:
    cell, bidirectional, layers = variant
    return output / f"{cell}-{'bi' if bidirectional else 'uni'}-{layers}-{seed}"


def train(output: Path, variant, seed: int, corpus: list[str], cores: Queue) -> None:
    cell, bidirectional, layers = variant
    direction = "--bidirectional" if bidirectional else "--no-bidirectional"
    flags = [
        *FLAGS.split(),
        *corpus,
        "--cell",
        cell,
        direction,
        "--num-layers",
        str(layers),
    ]
    flags += ["--seed", str(seed)]
    target, core = folder(output, variant, seed), cores.get()
    command = [
        sys.executable,
        "-m",
        "seqzoo.recipes.sentiment",
        *flags,
        "--output",
        str(target),
    ]
    with (output / f"{target.name}.log").open("ab") as log:
        subprocess.run(
            command,
            check=True,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
    cores.put(core)


def row(output: Path, variant, seeds) -> str:
    accuracies, seconds = [], []
    for seed in seeds:
        target = folder(output, variant, seed)
        metrics = json.loads((target / "metrics.json").read_text())
        accuracies.append(metrics["test"]["accuracy"])
        with (target / "history.csv").open(newline="") as file:
            # the first epoch has the compilation in it
            seconds += [float(record["seconds"]) for record in DictReader(file)][1:]
    cell, bidirectional, layers = variant
    spread = f" ({min(accuracies):.4f} to {max(accuracies):.4f})" if len(seeds) > 1 else ""
    return (
        f"| {cell} | {'both' if bidirectional else 'one'} | {layers} | {mean(accuracies):.4f}{spread} "
        f"| {metrics['parameters']:,} | {mean(seconds):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default="runs/cells", type=Path)
    parser.add_argument("--seeds", default="0")
    parser.add_argument(
        "--imdb", metavar="FOLDER", help="IMDB's, with train and test in it"
    )
    parser.add_argument(
        "--cores", help="which to use, one run on each; default all", default=None
    )
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    corpus, variants = DEFAULT.split(), VARIANTS
    if arguments.imdb:
        from seqzoo.layers import CELLS

        corpus = [*IMDB.split(), "--data", str(Path(arguments.imdb).resolve())]
        variants = [(cell, False, 1) for cell in CELLS]
    numbers = arguments.cores.split(",") if arguments.cores else os.sched_getaffinity(0)
    cores: Queue = Queue()
    for core in numbers:
        cores.put(int(core))
    with ThreadPoolExecutor(len(numbers)) as pool:
        jobs = [
            pool.submit(train, arguments.output, variant, seed, corpus, cores)
            for seed, variant in itertools.product(seeds, variants)
        ]
        for job in jobs:
            job.result()
    print("| cell | directions | layers | test accuracy | parameters | seconds an epoch |")
    print("|---|---|---|---|---|---|")
    for variant in variants:
        print(row(arguments.output, variant, seeds))


if __name__ == "__main__":
    main()
