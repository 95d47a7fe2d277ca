"""The CRF beside pytorch-crf: the same weights give the same numbers; time of loss with gradient, and of
decoding.

    pip install pytorch-crf
    python -m benchmarks.crf [--threads 1]
"""

import argparse
import statistics
import time

import numpy as np

SIZES = (
    (64, 60, 4),
    (64, 60, 13),
    (64, 60, 41),
)  # batch, time, tags: BMES, three kinds of names, ten


def timed(function, rounds=15) -> float:
    """Median milliseconds of a call."""
    function()
    function()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def ours(emissions, tags, mask, weights):
    import tensorflow as tf

    from seqzoo.layers import CRF, chain

    layer = CRF(emissions.shape[-1])
    layer.build(emissions.shape)
    layer.set_weights(weights)
    x, y, m = tf.Variable(emissions), tf.constant(tags), tf.constant(mask)

    @tf.function
    def loss():
        with tf.GradientTape() as tape:
            value = -tf.reduce_sum(chain.log_likelihood(y, layer.potentials(x, m)))
        return value, tape.gradient(value, [x, *layer.trainable_variables])

    best = tf.function(lambda: layer(x, mask=m)["tags"])
    return loss, best, lambda: (float(loss()[0]), loss()[1][0].numpy(), best().numpy())


def theirs(emissions, tags, mask, weights):
    import torch
    from torchcrf import CRF

    layer = CRF(emissions.shape[-1], batch_first=True)
    start, transitions, end = map(torch.tensor, weights)
    layer.start_transitions.data, layer.transitions.data, layer.end_transitions.data = (
        start,
        transitions,
        end,
    )
    x = torch.tensor(emissions, requires_grad=True)
    y, m = torch.tensor(tags, dtype=torch.long), torch.tensor(mask)

    def loss():
        x.grad = None
        value = -layer(x, y, mask=m, reduction="sum")
        value.backward()
        return value

    def best():
        with torch.no_grad():
            return layer.decode(x, mask=m)

    return loss, best, lambda: (float(loss()), x.grad.numpy().copy(), best())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    import tensorflow as tf
    import torch

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    torch.set_num_threads(threads)
    print("Loss: with its gradient; milliseconds; difference: the largest of a gradient.\n")
    print("| batch x time x tags | loss: seqzoo | pytorch-crf | ratio | decoding: seqzoo | pytorch-crf "
          "| ratio | difference |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    random = np.random.default_rng(0)
    for batch, steps, count in SIZES:
        emissions = random.normal(size=(batch, steps, count)).astype(np.float32)
        tags = random.integers(count, size=(batch, steps)).astype(np.int32)
        mask = np.arange(steps) < random.integers(steps // 2, steps + 1, size=(batch, 1))
        weights = [
            random.normal(size=s).astype(np.float32)
            for s in ((count,), (count, count), (count,))
        ]
        sides = [side(emissions, tags, mask, weights) for side in (ours, theirs)]
        (loss, gradient, path), (their_loss, their_gradient, their_path) = (
            side[2]() for side in sides
        )
        np.testing.assert_allclose(loss, their_loss, rtol=1e-5)
        for row, expected in zip(path, their_path, strict=True):
            np.testing.assert_array_equal(row[: len(expected)], expected)
        (a, b), (c, d) = ([timed(side[0]), timed(side[1])] for side in sides)
        difference = np.abs(gradient - their_gradient).max()
        print(f"| {batch} x {steps} x {count} | {a:.2f} | {c:.2f} | {c / a:.1f} | {b:.2f} | {d:.2f} "
              f"| {d / b:.1f} | {difference:.0e} |")  # fmt: skip


if __name__ == "__main__":
    main()
