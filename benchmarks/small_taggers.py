"""Small taggers: which batch and how many epochs suit a few hundred sequences.

    python -m benchmarks.small_taggers [--sizes 300 1500] [--seeds 3] [--ways 8x20 32x8 ...]

Trains entity taggers on the first sequences of the People's Daily (`pip install "seqzoo[chinese]"`), 400
others each for validation and test: a run for each size, seed and way, one after the other. A way is
BATCHxEPOCHS, with further flags behind commas: `8x20,--dropout,0.3`; `auto` is what seqzoo chooses. Prints
validation and test F1 of each run, and seconds. Choose by validation. `docs/guide/sizes.md` has the figures.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seqzoo.datasets import peoples_daily, split

WAYS = ["auto", "8x40", "16x20", "32x8", "32x40"]
HELD_OUT = 400  # sequences of validation and of test


def main() -> None:
    """Train and print a row a size, way and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[300, 1500])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--ways", nargs="+", default=WAYS)
    given = parser.parse_args()
    print("| sequences | way | seed | validation F1 | test F1 | seconds |", flush=True)
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            data = write(Path(folder) / "data", size)
            for way, seed in itertools.product(given.ways, given.seeds):
                validation, test, seconds = trained(data, Path(folder), way, seed)
                shown = f"{validation:.4f} | {test:.4f} | {seconds:.0f}"
                print(f"| {size:,} | {way} | {seed} | {shown} |", flush=True)


def write(folder: Path, size: int) -> Path:
    """Files of the three parts, so many training sequences in them."""
    folder.mkdir()
    parts = split(peoples_daily.entities(), seed=0, validation=0.05, test=0.1, limit=None)
    for part, most in (("train", size), ("validation", HELD_OUT), ("test", HELD_OUT)):
        with (folder / f"{part}.bioes").open("w", encoding="utf-8") as file:
            for example in itertools.islice(getattr(parts, part)(), most):
                pairs = zip(example.tokens, example.tags, strict=True)
                file.writelines(f"{token} {tag}\n" for token, tag in pairs)
                file.write("\n")
    return folder


def trained(data: Path, folder: Path, way: str, seed: int) -> tuple[float, float, float]:
    """Validation and test score of a run, and its seconds."""
    first, *more = way.split(",")
    flags = ["--data", str(data), "--seed", str(seed), *more]
    if first != "auto":
        batch, epochs = first.split("x")
        flags += ["--batch-size", batch, "--epochs", epochs, "--patience", epochs]
    output = folder / f"{way.replace(',', '_')}-{seed}"
    command = [sys.executable, "-m", "seqzoo.recipes.entities", *flags]
    begun = time.perf_counter()
    subprocess.run(
        [*command, "--output", str(output)], check=True, stdout=subprocess.DEVNULL
    )
    metrics = json.loads((output / "metrics.json").read_text("utf-8"))
    validation, test = (metrics[part]["score"] for part in ("validation", "test"))
    return validation, test, time.perf_counter() - begun


if __name__ == "__main__":
    main()
