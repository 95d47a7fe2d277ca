"""Peak memory of preparing a long series and of training on its windows.

    python -m benchmarks.forecasting_memory [--steps 100000,1000000,10000000] [--batches 500]

The series is a made one, a sine with noise and times a minute apart: one column, and what the calendar makes
of the times. Each length runs in a process of its own; figures are the kernel's peak resident size. Copied
windows would take look-back plus horizon times as much as the series.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LOOK_BACK, HORIZON, UNITS = 96, 24, 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", default="100000,1000000,10000000")
    parser.add_argument("--batches", type=int, default=500)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        measure(given.one, given.batches)
        return
    print(
        "| steps | MB of the channels | windows | imports | prepared | trained | seconds |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for steps in given.steps.split(","):
        command = [sys.executable, "-m", "benchmarks.forecasting_memory", "--one", steps]
        subprocess.run([*command, "--batches", str(given.batches)], check=True)


def measure(steps: int, count: int) -> None:
    """Prepare a series, and train some batches of an epoch; print the peaks in MB."""
    import keras

    from seqzoo.recipes import forecasting
    from seqzoo.tasks.series.forecasting import corpora
    from seqzoo.tasks.series.forecasting.data import Forecasts
    from seqzoo.tasks.series.forecasting.training import PREPARATION

    config = forecasting.Config(look_back=LOOK_BACK, horizon=HORIZON, units=UNITS)
    said = {name: getattr(config, name) for name in PREPARATION}
    imported, started = peak(), time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        series = made(steps)
        read = corpora.Read([series], "a made sine")
        data = Forecasts.prepare(Path(scratch) / "data", read, **said)
        del series, read
        prepared = peak()
        model = forecasting.build(config, data)
        keras.utils.set_random_seed(0)
        train(config, data, model, count)
        windows = data.sizes()["train"]
        size = sum(piece.values.nbytes for piece in data.pieces)
    seconds = time.perf_counter() - started
    print(
        f"| {steps:,} | {size / 2**20:,.0f} | {windows:,} | {imported:,.0f} | {prepared:,.0f} | "
        f"{peak():,.0f} | {seconds:.0f} |",
        flush=True,
    )


def made(steps: int):
    """A sine with noise, and times."""
    from seqzoo.datasets.series import Series

    draw = np.random.default_rng(0)
    values = np.sin(np.arange(steps, dtype=np.float32) / 10)
    values += draw.standard_normal(steps, dtype=np.float32) / 10
    times = np.datetime64("2000-01-01", "us") + np.arange(steps) * np.timedelta64(60, "s")
    return Series(values[:, None], ("value",), times, targets=("value",), where="made")


def train(config, data, model, count: int) -> None:
    """The first batches of an epoch, each a step of the optimizer."""
    import keras
    import tensorflow as tf

    from seqzoo.recipes import forecasting

    optimizer = keras.optimizers.Adam(0.001)

    @tf.function
    def step(*batch):
        with tf.GradientTape() as tape:
            total, windows = forecasting.loss(config, model, batch)
            loss = total / windows
        optimizer.apply(
            tape.gradient(loss, model.trainable_variables), model.trainable_variables
        )
        return loss

    optimizer.build(model.trainable_variables)
    for batch in data.batches(data.plan(0)).take(count):
        step(*batch)


def peak() -> float:
    """Peak resident size, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
