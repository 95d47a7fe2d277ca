"""The loss of connectionist temporal classification, with its gradient, beside TensorFlow's.

    python -m benchmarks.ctc [--threads 2] [--rounds 15]

`seqzoo.layers.ctc_loss` takes turns with `tf.nn.ctc_loss` on the same logits in one process, each a
`tf.function`: once with sparse labels, the form its kernel takes (time first, the blank last), and once with
dense ones. Figures are medians over all turns; a ratio is the median of each turn's own.
Errors are the largest of a gradient beside float64.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

SIZES = (  # batch, frames, symbols, labels of a row
    (64, 500, 40, (60, 80)),
    (16, 330, 30, (40, 60)),
    (64, 100, 30, (10, 20)),
    (8, 1500, 40, (150, 250)),
)


FEW = 3  # turns of the dense form, which takes seconds


def batch(rows: int, frames: int, vocab: int, bounds: tuple[int, int]) -> list[np.ndarray]:
    """Random logits, labels, lengths of both; the rows are of unlike lengths."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(rows, frames, vocab)).astype(np.float32)
    counts = random.integers(bounds[0], bounds[1] + 1, rows).astype(np.int32)
    labels = random.integers(1, vocab, (rows, counts.max())).astype(np.int32)
    lengths = random.integers(frames * 4 // 5, frames + 1, rows).astype(np.int32)
    return [logits, labels, lengths, counts]


def contenders(given: list[np.ndarray]) -> dict[str, Callable]:
    """Functions of no argument: losses (batch,), and the gradient of their sum."""
    import tensorflow as tf

    from seqzoo.layers import ctc_loss

    logits, labels, lengths, counts = given
    vocab = logits.shape[2]
    here = tf.constant(logits)
    # The form of their kernel: time first, and the blank the last symbol.
    there = tf.constant(np.roll(logits, -1, axis=2).transpose(1, 0, 2))
    places = np.argwhere(np.arange(labels.shape[1]) < counts[:, None])
    values = labels[tuple(places.T)] - 1
    sparse_labels = tf.SparseTensor(places, values, labels.shape)

    def ours(x):
        return ctc_loss(x, labels, lengths, counts)

    def sparse(x):
        return tf.nn.ctc_loss(sparse_labels, x, None, lengths, blank_index=vocab - 1)

    def dense(x):
        return tf.nn.ctc_loss(
            labels, x, counts, lengths, logits_time_major=False, blank_index=0
        )

    def compiled(function, x):
        @tf.function
        def step():
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = function(x)
            return loss, tape.gradient(loss, x)

        return step

    return {
        "seqzoo": compiled(ours, here),
        "sparse": compiled(sparse, there),
        "dense": compiled(dense, here),
    }


def errors(steps: dict[str, Callable], given: list[np.ndarray]) -> list[str]:
    """The largest errors of gradients, ours and the sparse one's, beside float64; losses are the same."""
    exact = contenders([given[0].astype(np.float64), *given[1:]])["seqzoo"]
    loss, slope = (x.numpy() for x in exact())
    for step in steps.values():
        np.testing.assert_allclose(step()[0].numpy(), loss, rtol=1e-4)
    ours = steps["seqzoo"]()[1].numpy()
    theirs = np.roll(steps["sparse"]()[1].numpy().transpose(1, 0, 2), 1, axis=2)
    return [f"{np.abs(found - slope).max():.0e}" for found in (ours, theirs)]


def in_turns(steps: dict[str, Callable], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each turn."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(rounds):
        for name, step in steps.items():
            if name == "dense" and turn >= FEW:
                continue
            started = time.perf_counter()
            step()[1].numpy()
            times[name].append(1000 * (time.perf_counter() - started))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    import tensorflow as tf

    from benchmarks.tables import markdown

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    columns = ["batch x frames x symbols", "seqzoo, ms", "sparse, ms", "dense, ms",
               "sparse / seqzoo", "dense / seqzoo", "error, seqzoo", "sparse"]  # fmt: skip
    lines = []
    for size in SIZES:
        given = batch(*size)
        steps = contenders(given)
        largest = errors(steps, given)  # the first calls, which compile
        times = in_turns(steps, arguments.rounds)
        medians = [f"{statistics.median(each):.1f}" for each in times.values()]
        ratios = []
        for name in ("sparse", "dense"):
            own = times["seqzoo"][: len(times[name])]
            ratios.append(f"{statistics.median(np.divide(times[name], own)):.1f}")
        shape = " x ".join(map(str, size[:3]))
        lines.append([shape, *medians, *ratios, *largest])
    print(f"{arguments.threads} threads; milliseconds of loss and gradient.\n")
    print(markdown(columns, lines))


if __name__ == "__main__":
    main()
