"""Peak memory of preparing a corpus and reading an epoch of it, at 1x and 20x its size.

    python -m benchmarks.memory --data PATH_TO_IMDB [--times 1,20]

The larger corpora are the given one repeated, each text with a number before it, so that no two are
equal. Each size runs in a process of its own; the figure is the kernel's peak resident size.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from seqzoo.datasets import imdb


def repeat(path: str, times: int, target: Path) -> None:
    with target.open("w", encoding="utf-8") as file:
        for number in range(times):
            for example in imdb.streams(Path(path))[0]["train"]():
                file.write(f"{example.label}\t{number} {example.text}\n")


def measure(path: str) -> None:
    """Prepare, then read one epoch's batches; print examples, tokens and peak memory."""
    from seqzoo.recipes import sentiment

    with tempfile.TemporaryDirectory() as scratch:
        config = sentiment.Config(data=path)
        data = sentiment.load(config, Path(scratch) / "data")
        tokens = sum(
            int(batch.shape[0] * batch.shape[1]) for batch, _ in data.batches(data.plan(0))
        )
        examples = sum(len(encoded) for encoded in data.encoded.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {Path(path).stat().st_size / 1e6:,.0f} | {examples:,} | {tokens:,} | {peak:,.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--times", default="1,20")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(arguments.data)
    print(
        "| file, MB | examples | padded tokens an epoch | peak memory, MiB |\n|---|---|---|---|",
        flush=True,
    )
    for times in map(int, arguments.times.split(",")):
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / "corpus.tsv"
            repeat(arguments.data, times, target)
            command = [
                sys.executable,
                "-m",
                "benchmarks.memory",
                "--data",
                str(target),
                "--measure",
            ]
            subprocess.run(command, check=True)
    return None


if __name__ == "__main__":
    main()
