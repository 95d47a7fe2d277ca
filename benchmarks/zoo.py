"""A training step of every cell of the table beside stock Keras' LSTM.

    python -m benchmarks.zoo [--rounds 7] [--threads 1]

A step is forward, backward, and the gradients of inputs and weights, of one layer, batch 64, 100 steps,
128 -> 128. In one process, held to as many cores, each cell takes turns with stock Keras' LSTM; the figure
is the median over all turns, the ratio that of the pair's. Writes its section of
`docs/design/performance.md`.
"""

import argparse
import json

from benchmarks import tables

SHAPE = (64, 100, 128, 128)
TURN = 0.05  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(arguments.threads, arguments.rounds)
    flags = ("--measure", "--threads", arguments.threads, "--rounds", arguments.rounds)
    lines = [
        [row["cell"], row["loop"], f"{row['parameters']:,}", f"{row['ms']:.1f}", f"{row['stock']:.1f}",
         f"{row['stock'] / row['ms']:.2f}"]
        for row in tables.child(arguments.threads, "benchmarks.zoo", *flags)
    ]  # fmt: skip
    columns = [
        "cell",
        "loop",
        "parameters",
        "ms a step",
        "stock LSTM beside it",
        "times stock LSTM",
    ]
    print(
        tables.write(
            "zoo", f"\n{arguments.threads} thread.\n\n" + tables.markdown(columns, lines)
        )
    )
    return None


def measure(threads: int, rounds: int) -> None:
    """Measure every cell in this process and print a JSON line for each."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    from seqzoo.layers import CELLS, recurrent

    stock = training(keras.layers.LSTM(SHAPE[3], return_sequences=True))
    for cell in CELLS:
        layer = recurrent(cell, SHAPE[3])
        ms = tables.alternate({"cell": training(layer), "stock": stock}, rounds, TURN)
        told = {"cell": cell, "loop": layer.loop.split(":")[0].replace("fused", "compiled")}
        told |= {"parameters": layer.count_params(), "ms": ms["cell"], "stock": ms["stock"]}
        print(json.dumps(told), flush=True)


def training(layer):
    """A function that takes one step of the layer on data of its own."""
    import tensorflow as tf

    batch, length, features, units = SHAPE
    x, upstream = (
        tf.random.normal((batch, length, features)),
        tf.random.normal((batch, length, units)),
    )

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return tape.gradient(y, [x, *layer.trainable_variables], upstream)

    return step


if __name__ == "__main__":
    main()
