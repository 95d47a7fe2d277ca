"""Short sequences and few units beside stock Keras: each step of generation, of a stream, of a search.

    python -m benchmarks.few_steps [--rounds 7] [--threads 2]

In one process, held to as many cores, seqzoo's layer takes turns with stock Keras' of the same sizes;
figures are medians over all turns. Inference is compiled (`tf.function`); a training step is forward,
backward, and the gradients of inputs and weights. "open" rows: the graph does not know the number of
steps, as where `predict` has seen several. Writes its section of `docs/design/performance.md`.
"""

import argparse
import json

from benchmarks import tables

# cell, units and features, batch, steps, whether the graph knows their number
CASES = (
    ("LSTM", 1024, 1, 1, True),
    ("LSTM", 512, 1, 1, True),
    ("LSTM", 650, 20, 1, True),
    ("LSTM", 1024, 64, 1, True),
    ("LSTM", 32, 8, 5, True),
    ("LSTM", 1, 512, 100, True),
    ("GRU", 1024, 1, 1, True),
    ("GRU", 32, 8, 5, True),
    ("SimpleRNN", 1024, 1, 1, True),
    ("LSTM", 128, 1, 1, True),
    ("LSTM", 128, 1, 10, True),
    ("LSTM", 32, 8, 10, True),
    ("LSTM", 128, 16, 10, True),
    ("LSTM", 512, 16, 10, True),
    ("GRU", 1, 512, 100, True),
    ("SimpleRNN", 1, 512, 100, True),
    ("LSTM", 1024, 1, 1, False),
    ("LSTM", 512, 1, 1, False),
    ("LSTM", 128, 1, 1, False),
    ("LSTM", 650, 20, 1, False),
    ("LSTM", 32, 8, 5, False),
)
TURN = 0.1  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(arguments.threads, arguments.rounds)
    flags = ("--measure", "--threads", arguments.threads, "--rounds", arguments.rounds)
    columns = ["cell", "units", "batch", "steps", "inference, ms", "stock", "times stock",
               "training step, ms", "stock", "times stock"]  # fmt: skip
    lines = [
        line(row) for row in tables.child(arguments.threads, "benchmarks.few_steps", *flags)
    ]
    print(
        tables.write(
            "few steps",
            f"\n{arguments.threads} threads.\n\n" + tables.markdown(columns, lines),
        )
    )
    return None


def line(row) -> list[str]:
    cell, units, batch, steps, known = row["case"]
    figures = []
    for kind in ("inference", "training"):
        ours, stock = row[kind]["seqzoo"], row[kind]["keras"]
        figures += [f"{ours:.2f}", f"{stock:.2f}", f"{stock / ours:.2f}"]
    return [
        cell,
        str(units),
        str(batch),
        str(steps) if known else f"{steps}, open",
        *figures,
    ]


def measure(threads: int, rounds: int) -> None:
    """Measure every case in this process and print a JSON line for each."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    from seqzoo import layers

    for case in CASES:
        ways = {"seqzoo": functions(layers, *case), "keras": functions(keras.layers, *case)}
        row = {"case": case}
        for kind in ("inference", "training"):
            both = {name: way[kind] for name, way in ways.items()}
            row[kind] = tables.alternate(both, rounds, TURN)
        print(json.dumps(row), flush=True)


def functions(library, cell, units, batch, steps, known) -> dict:
    """Functions that take an inference and a training step on data of their own."""
    import tensorflow as tf

    layer = getattr(library, cell)(units)
    layer.build((batch, steps, units))
    x = tf.random.normal((batch, steps, units))
    signature = [tf.TensorSpec((batch, steps if known else None, units))]

    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x, training=True))
        return tape.gradient(y, [x, *layer.trainable_variables])

    inference = tf.function(layer, input_signature=signature)
    training = tf.function(step, input_signature=signature)
    return {"inference": lambda: inference(x), "training": lambda: training(x)}


if __name__ == "__main__":
    main()
