"""The kernels' functions: greatest errors, times beside the formulas before them, and layers on small data.

    python -m benchmarks.functions [--all] [--beside FOLDER] [--rounds 200]

Prints tables for `docs/design/reliability.md`. With `--all` errors are those of all 2**32 float32 numbers,
which takes four minutes. With `--beside`, a checkout of seqzoo, training steps of whole
layers are timed in turns with that seqzoo's, each in a process of its own on one thread.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

UNCHANGED = "-"
OPERATORS = {
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "exponential": "Exp",
    "logarithm": "Log",
    "softplus": "Softplus",
}
BLOCK = 2**16  # fits a cache
SMALLEST = (
    2.0**-100
)  # ONNX Runtime's functions are looked at where numbers and results are no smaller
STEPS = [
    (cell, shape)
    for shape in ((64, 100, 128), (32, 50, 650))
    for cell in ("SimpleRNN", "GRU", "LSTM")
]


def error_table(every: bool) -> str:
    """Greatest errors in ulp, over every exponent of both types, or every float32 there is."""
    from benchmarks.tables import markdown
    from tests.fuzz.functions import NAMES, errors, numbers

    lines = []
    for name in NAMES:
        inner = np.random.default_rng(0).uniform(-110, 110, 2_000_000)
        single = [numbers("float32", 40_000, 0), inner.astype("float32")]
        given = (all_numbers() if every else single, [numbers("float64", 1_000, 0), inner])
        found = [max(errors(name, x).max() for x in blocks) for blocks in given]
        lines.append(
            [
                name,
                *(f"{error:.2f}" for error in found),
                f"{runtime_error(name, inner):.2g}",
            ]
        )
    return markdown(
        ["function", "float32", "float64", "ONNX Runtime's operator, float32"], lines
    )


def all_numbers():
    """All of float32, in blocks."""
    for start in range(0, 2**32, BLOCK):
        yield np.arange(start, start + BLOCK, dtype=np.uint32).view(np.float32)


def runtime_error(name: str, inner) -> float:
    """The greatest error in ulp of ONNX Runtime's operator, in float32."""
    import onnxruntime
    from onnx import TensorProto, helper

    from tests.fuzz.functions import EXACT, in_ulp, numbers

    ends = [
        helper.make_tensor_value_info(end, TensorProto.FLOAT, [None]) for end in ("x", "y")
    ]
    graph = helper.make_graph(
        [helper.make_node(OPERATORS[name], ["x"], ["y"])], name, ends[:1], ends[1:]
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    x = np.concatenate([numbers("float32", 1000, 0), inner.astype(np.float32)])
    with np.errstate(all="ignore"):
        exact = EXACT[name](x.astype(np.float64))
        kept = (np.abs(x) >= SMALLEST) & (np.abs(exact) >= SMALLEST)
        kept &= np.isfinite(exact.astype(np.float32))
        return in_ulp(session.run(None, {"x": x})[0][kept], exact[kept]).max()


def before():
    """The formulas of float32 that were there first, by name, as loops over arrays."""
    import math

    from numba import njit

    from seqzoo.layers.kernels import OPTIONS
    from seqzoo.layers.kernels.math import power_of_two
    from tests.fuzz.functions import over_arrays

    magic, log2_e = np.float32(1.5 * 2**23), np.float32(1.4426950408889634)
    high, low = np.float32(0.693359375), np.float32(-2.12194440e-4)
    one, limit = np.float32(1), np.float32(87)
    a7, a6, a5, a4, a3, a2 = (np.float32(1 / math.factorial(n)) for n in range(7, 1, -1))

    @njit(**OPTIONS)
    def exponential(x):
        x = limit if x > limit else -limit if x < -limit else x
        rounded = x * log2_e + magic
        n = rounded - magic
        r = (x - n * high) - n * low
        p = ((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2
        return (p * r * r + r + one) * power_of_two(rounded)

    @njit(**OPTIONS)
    def sigmoid(x):
        return one / (one + exponential(-x))

    @njit(**OPTIONS)
    def tanh(x):
        s = sigmoid(x + x)
        return s + s - one

    return {f.__name__: over_arrays(f) for f in (exponential, sigmoid, tanh)}


def time_table(rounds: int) -> str:
    """Nanoseconds a number, in turns with the formulas before."""
    from benchmarks.tables import markdown
    from tests.fuzz.functions import COMPILED, NAMES

    old = before()
    x = np.random.default_rng(0).standard_normal(20_000).astype(np.float32)
    out, lines = np.empty_like(x), []
    for name in NAMES:
        ways = {"new": COMPILED[name]} | ({"old": old[name]} if name in old else {})
        times = {way: [] for way in ways}
        for _ in range(rounds):
            for way, function in ways.items():
                function(x, out)
                started = time.perf_counter()
                function(x, out)
                times[way].append(1e9 * (time.perf_counter() - started) / x.size)
        new, first = (min(times.get(way, [np.nan])) for way in ("new", "old"))
        ratio = UNCHANGED if name not in old else f"{first / new:.2f}"
        lines.append([name, f"{new:.3f}", ratio])
    return markdown(["function, float32", "ns a number", "time before / now"], lines)


def small_table() -> str:
    """Relative errors of layers' outputs and gradients by the size of their inputs."""
    import keras

    import seqzoo.layers
    from benchmarks.tables import markdown
    from tests.layers.test_small_signals import (
        CELLS,
        SCALES,
        relative_error_in_onnx,
        relative_errors,
    )

    lines = []
    for cell in CELLS:
        for scale in SCALES[::3]:
            errors = [*relative_errors(seqzoo.layers, cell, False, scale)]
            errors += relative_errors(keras.layers, cell, False, scale)
            errors.append(relative_error_in_onnx(cell, False, scale))
            lines.append([cell, f"{scale:.0e}", *(f"{error:.0e}" for error in errors)])
    names = ["seqzoo", "its gradients", "stock Keras", "its gradients", "exported to ONNX"]
    return markdown(["layer", "inputs", *names], lines)


def serve_steps() -> None:
    """Time a training step of the layer whose number comes in on each line."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from contenders import of_keras

    import seqzoo.layers

    steps = {}
    for line in sys.stdin:
        number = int(line)
        if number not in steps:
            cell, (batch, length, units) = STEPS[number]
            x = (
                np.random.default_rng(0)
                .standard_normal((batch, length, units))
                .astype("float32")
            )
            steps[number] = of_keras(seqzoo.layers, "training", cell, False, units, x)
            steps[number]()
        steps[number]()
        started = time.perf_counter()
        steps[number]()
        print(json.dumps(1000 * (time.perf_counter() - started)), flush=True)


class Stepper:
    """A process with one checkout's layers."""

    def __init__(self, folder: Path):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, "1"), "PYTHONPATH": str(folder)}
        core = min(os.sched_getaffinity(0))
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip

    def milliseconds(self, number: int) -> float:
        """Of a step of one layer."""
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def step_table(beside: Path, rounds: int) -> str:
    """Milliseconds of a training step, this seqzoo's and another's."""
    from benchmarks.tables import markdown

    steppers = [Stepper(folder) for folder in (Path(__file__).parents[1], beside)]
    lines = []
    for number, (cell, shape) in enumerate(STEPS):
        times = [[], []]
        for _ in range(rounds):
            for of, stepper in zip(times, steppers, strict=True):
                of.append(stepper.milliseconds(number))
        least, middle = [min(of) for of in times], [median(of) for of in times]
        ratios = [f"{theirs / ours:.2f}" for ours, theirs in (least, middle)]
        lines.append(
            [cell, " x ".join(map(str, shape)), *(f"{t:.2f}" for t in least), *ratios]
        )
    for stepper in steppers:
        stepper.end()
    columns = [
        "layer",
        "batch x time x units",
        "least ms",
        "beside",
        "ratio of the least",
        "of the medians",
    ]
    return markdown(columns, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every float32 there is")
    parser.add_argument(
        "--beside", type=Path, metavar="FOLDER", help="another checkout of seqzoo"
    )
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_steps()
        return
    print(error_table(arguments.all), time_table(arguments.rounds), small_table(), sep="\n")
    if arguments.beside:
        print(step_table(arguments.beside.resolve(), arguments.rounds))


if __name__ == "__main__":
    main()
