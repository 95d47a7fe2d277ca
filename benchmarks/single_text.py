"""Milliseconds to classify one text, in several ways, in one process and alternating.

python -m benchmarks.single_text [--model sentiment-imdb] [--tokens 100] [--rounds 15]
"""

import argparse
import statistics
import time

import numpy as np
import tensorflow as tf

import seqzoo
from seqzoo.layers import to_stock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sentiment-imdb")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    ours = seqzoo.load(arguments.model)
    stock = to_stock(ours.model)
    text = " ".join(ours.vocabulary.tokens[20 : 20 + arguments.tokens])
    ids = ours.encode(text, "text")[None]
    compiled = tf.function(lambda tokens: stock(tokens, training=False))
    xla = tf.function(lambda tokens: stock(tokens, training=False), jit_compile=True)
    ways = {
        "stock Keras, eager call": lambda: np.asarray(stock(ids, training=False)),
        "stock Keras, predict": lambda: stock.predict(ids, verbose=0),
        "stock Keras, tf.function": lambda: np.asarray(compiled(ids)),
        "stock Keras, XLA for this one shape": lambda: np.asarray(xla(ids)),
        "seqzoo, from the text on": lambda: ours.predict([text]),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # compile
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            way()  # the threads of the one before may still be spinning
            started = time.perf_counter()
            way()
            times[name].append(1000 * (time.perf_counter() - started))
    base = statistics.median(times["stock Keras, predict"])
    print("| way | median, ms | times faster than predict |\n|---|---|---|")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"| {name} | {median:.1f} | {base / median:.2f} |")


if __name__ == "__main__":
    main()
