"""Small taggers: which batch and how many epochs suit a few hundred sequences.

    python -m benchmarks.small_taggers [--sizes 300 1500] [--seeds 3] [--ways 8x20 32x8 ...]

Trains on the first sequences of the People's Daily (`pip install "seqzoo[chinese]"`), a run for each size,
seed and way, one after the other. A way is BATCHxEPOCHS, with further flags behind commas:
`8x20,--dropout,0.3`; `auto` is what seqzoo chooses. Prints validation and test score, mean and range over the
seeds, and seconds. Choose by validation. `docs/guide/sizes.md` has the figures.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

WAYS = ["auto", "8x20", "8x40", "16x20", "32x8", "32x40"]


def main() -> None:
    """Train and print a row a size and way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="entities")
    parser.add_argument("--sizes", nargs="+", type=int, default=[300, 1500])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", default=WAYS)
    given = parser.parse_args()
    print("| sequences | way | validation F1 | test F1 | seconds |")
    print("|---|---|---|---|---|")
    for size in given.sizes:
        for way in given.ways:
            found = [trained(given.recipe, size, way, seed) for seed in range(given.seeds)]
            scores = [f"{np.mean(each):.4f} ({min(each):.4f} to {max(each):.4f})"
                      for each in list(zip(*found, strict=True))[:2]]  # fmt: skip
            seconds = np.mean([each[2] for each in found])
            print(
                f"| {size:,} | {way} | {' | '.join(scores)} | {seconds:.0f} |", flush=True
            )


def trained(recipe: str, size: int, way: str, seed: int) -> tuple[float, float, float]:
    """Validation and test score of a run, and its seconds."""
    first, *more = way.split(",")
    flags = ["--limit", str(size), "--seed", str(seed), *more]
    if first != "auto":
        batch, epochs = first.split("x")
        flags += ["--batch-size", batch, "--epochs", epochs, "--patience", epochs]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "model"
        command = [sys.executable, "-m", f"seqzoo.recipes.{recipe}", *flags]
        begun = time.perf_counter()
        subprocess.run(
            [*command, "--output", str(output)], check=True, stdout=subprocess.DEVNULL
        )
        metrics = json.loads((output / "metrics.json").read_text("utf-8"))
    scores = (metrics[part]["score"] for part in ("validation", "test"))
    return *scores, time.perf_counter() - begun


if __name__ == "__main__":
    main()
