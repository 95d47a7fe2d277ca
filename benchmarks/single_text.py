"""Milliseconds to classify one text, four ways, in one process and alternating.

python -m benchmarks.single_text [--model sentiment-imdb] [--tokens 100] [--rounds 15]
"""

import argparse
import statistics
import time

import numpy as np

import seqzoo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="sentiment-imdb")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    plain = seqzoo.load(arguments.model)
    compiled = seqzoo.load(arguments.model, jit_compile=True)
    text = " ".join(plain.vocabulary.tokens[20 : 20 + arguments.tokens])
    ids = plain.encode(text, "text")[None]
    ways = {
        "eager call": lambda: np.asarray(plain.model(ids, training=False)),
        "keras.Model.predict": lambda: plain.model.predict(ids, verbose=0),
        "seqzoo": lambda: plain.predict([text]),
        "seqzoo, XLA": lambda: compiled.predict([text]),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # compile
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(1000 * (time.perf_counter() - started))
    base = statistics.median(times["keras.Model.predict"])
    print("| way | median, ms | times faster than predict |\n|---|---|---|")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"| {name} | {median:.1f} | {base / median:.2f} |")


if __name__ == "__main__":
    main()
