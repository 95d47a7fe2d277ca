"""Memory of a training step of one recurrent layer: seqzoo, stock Keras, PyTorch.

    pip install torch==2.13.0 && python -m benchmarks.step_memory

Batch 32, time 400, 128 -> 128, both directions. Each contender in a process of its own; the figure is
the growth of the kernel's peak resident size over five steps after the layer has been built. Writes
its section of `docs/design/performance.md`.
"""

import argparse
import resource
import subprocess
import sys

from benchmarks import tables

SHAPE = (32, 400, 128, 128)
NAMES = {"seqzoo": "seqzoo", "keras": "stock Keras", "torch": "PyTorch"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(*arguments.measure)
    lines = []
    for cell in ("SimpleRNN", "GRU", "LSTM"):
        grown = []
        for contender in NAMES:
            command = [
                sys.executable,
                "-m",
                "benchmarks.step_memory",
                "--measure",
                cell,
                contender,
            ]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            grown.append(done.stdout.splitlines()[-1])
        lines.append([cell, *grown])
    columns = ["cell, both ways", *(f"{name}, MiB" for name in NAMES.values())]
    print(tables.write("memory", "\n" + tables.markdown(columns, lines)))
    return None


def measure(cell: str, contender: str) -> None:
    from benchmarks import contenders

    contenders.limit(1)
    step = contenders.ways("training", cell, True, SHAPE, only=contender)[contender]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        step()
    print(f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f}")


if __name__ == "__main__":
    main()
