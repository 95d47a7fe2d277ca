"""Seconds that the first call of a layer compiles for, and that the first call of a later process takes.

    python -m benchmarks.first_call [--rounds 3]

Each call is of a process of its own, in the first place with an empty folder for what is compiled. It is
a training step, forward and back, of a layer in single precision; importing libraries does not count.
Writes its section of `docs/design/performance.md`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from statistics import median

from benchmarks import tables

CALL = """
import sys, time
import tensorflow as tf
from seqzoo import layers
name, both = sys.argv[1], sys.argv[2] == "both"
layer = getattr(layers, name)(32, return_sequences=True)
layer = layers.Bidirectional(layer) if both else layer
x = tf.random.normal((16, 40, 24))
started = time.perf_counter()
with tf.GradientTape() as tape:
    y = tf.reduce_sum(layer(x, mask=tf.random.uniform((16, 40)) < 0.9, training=True))
tape.gradient(y, layer.trainable_variables)
print(time.perf_counter() - started)
"""
CASES = (("LSTM", "one"), ("LSTM", "both"), ("GRU", "one"), ("SimpleRNN", "one"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    lines = []
    for name, directions in CASES:
        first, later = [], []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                first.append(seconds(name, directions, folder))
                later.append(seconds(name, directions, folder))
        lines.append([name, directions, f"{median(first):.1f}", f"{median(later):.2f}"])
    columns = ["layer", "directions", "first call, s", "in a later process, s"]
    print(tables.write("first call", "\n" + tables.markdown(columns, lines)))


def seconds(name: str, directions: str, folder: str) -> float:
    """Of the first call in a new process."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", CALL, name, directions]
    done = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
