"""Recurrent layers beside stock Keras, PyTorch and, for one text, ONNX Runtime.

    pip install torch==2.13.0 onnx onnxruntime && python -m benchmarks.recurrent [--rounds 7]

One process for each number of threads, held to as many cores. In it all contenders take turns: each
turn is one call to settle (threads of the one before may still be spinning) and as many timed ones
as fit into a twentieth of a second; the figure is the median over all turns. A training step is
forward, backward, and the gradients of inputs and weights; inference is compiled (`tf.function`).
The floor is the time of the step's matrix products alone, each at the best rate that NumPy's
OpenBLAS, TensorFlow, PyTorch or our own kernel reaches for its shape on one core, divided by the
threads. Writes `docs/design/performance.md`.
"""

import argparse
import json
import sys
from statistics import geometric_mean

from benchmarks import tables

SHAPES = ((64, 100, 128, 128), (32, 400, 128, 128), (64, 35, 650, 650))
SINGLE = (1, 50, 128, 128)
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
THREADS = (1, 2)
TURN = 0.05  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(arguments.measure, arguments.rounds)
    results = {n: run(n, arguments.rounds) for n in THREADS}
    floors = {str(row["case"]): row["floor"] for row in results[1]}
    text = ""
    for threads, rows in results.items():
        for row in rows:
            row["floor"] = floors[str(row["case"])] / threads
        for kind in ("training", "inference"):
            text += table(kind, threads, [row for row in rows if row["kind"] == kind])
    print(tables.write("recurrent", text))
    return None


def run(threads: int, rounds: int) -> list[dict]:
    """The rows measured by a child process with so many threads."""
    return tables.child(
        threads, "benchmarks.recurrent", "--measure", threads, "--rounds", rounds
    )


def table(kind: str, threads: int, rows: list[dict]) -> str:
    """A markdown table of one kind of rows, and the geometric means of the ratios."""
    title = f"\n### {kind.capitalize()}, {threads} thread{'s' * (threads > 1)}\n\n"
    columns = [
        "cell",
        "batch, time, sizes",
        "seqzoo, ms",
        "stock Keras",
        "PyTorch",
        "ONNX Runtime",
    ]
    columns += ["times Keras", "times PyTorch", "share of the floor"]
    lines = []
    for row in rows:
        cell, bidirectional, shape = row["case"][1:]
        ms, ours = row["ms"], row["ms"]["seqzoo"]
        name = f"{cell}{', both ways' * bidirectional}"
        size = f"{shape[0]}, {shape[1]}, {shape[2]} -> {shape[3]}"
        figures = [
            f"{ms[n]:.2f}" if n in ms else "" for n in ("seqzoo", "keras", "torch", "onnx")
        ]
        ratios = [
            f"{ms['keras'] / ours:.2f}",
            f"{ms['torch'] / ours:.2f}",
            f"{row['floor'] / ours:.0%}",
        ]
        lines.append([name, size, *figures, *ratios])
    text = title + tables.markdown(columns, lines)
    for name, chosen in (("GRU and LSTM", ("GRU", "LSTM")), ("SimpleRNN", ("SimpleRNN",))):
        kept = [row["ms"] for row in rows if row["case"][1] in chosen]
        means = [
            geometric_mean(ms[other] / ms["seqzoo"] for ms in kept)
            for other in ("keras", "torch")
        ]
        text += f"\nGeometric mean, {name}: {means[0]:.2f} times Keras, {means[1]:.2f} times PyTorch.\n"
    return text


def measure(threads: int, rounds: int) -> None:
    """Measure every case in this process and print a JSON line for each."""
    from benchmarks import contenders

    contenders.limit(threads)
    for cell, gates in GATES.items():
        for bidirectional in (False, True):
            for shape in (*SHAPES, SINGLE):
                for kind in ("training", "inference"):
                    if kind == "training" and shape == SINGLE:
                        continue
                    ways = contenders.ways(
                        kind, cell, bidirectional, shape, onnx=shape == SINGLE
                    )
                    ms = tables.alternate(ways, rounds, TURN)
                    row = {
                        "case": [kind, cell, bidirectional, shape],
                        "kind": kind,
                        "ms": ms,
                    }
                    row["floor"] = contenders.floor(kind, gates, bidirectional, shape)
                    print(json.dumps(row), flush=True)
                    print(row, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
