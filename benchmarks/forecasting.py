"""A training epoch of a forecaster beside the same network in PyTorch, in turns.

    pip install torch==2.13.0 && python -m benchmarks.forecasting [--rounds 5] [--threads 1] [--cpu]

The windows have the shapes of ETTh1 (8,449 of 96 steps and 7 channels, 96 steps ahead) and random numbers;
the batches have 64 windows. Each turn is `--steps` steps of plain gradient descent, forward and backward. It
prints the seconds of an epoch and the ratio, the median over the turns. `--cpu` counts those of the CPU, for
a machine with other work; with one thread they are those of the wall clock on a quiet one.
"""

import argparse
import time
from statistics import median

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import nn

from seqzoo.models import forecaster
from seqzoo.models.segmented import quick_of

WINDOWS, BATCH, STEPS, CHANNELS, HORIZON, SEGMENT = 8449, 64, 96, 7, 96, 24
RATE = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cpu", action="store_true", help="count seconds of the CPU")
    given = parser.parse_args()
    clock = time.process_time if given.cpu else time.perf_counter
    draw = np.random.default_rng(0)
    past = draw.standard_normal((BATCH, STEPS, CHANNELS)).astype(np.float32)
    ahead = draw.standard_normal((BATCH, HORIZON, CHANNELS)).astype(np.float32)
    for mode in ("segments", "direct"):
        ways = {
            "seqzoo": of_seqzoo(mode, given.units, past, ahead, given.threads),
            "PyTorch": of_torch(mode, given.units, past, ahead, given.threads),
        }
        seconds = {name: [] for name in ways}
        for way in ways.values():
            way(2)  # compiles
        for _ in range(given.rounds):
            for name, way in ways.items():
                begin = clock()
                way(given.steps)
                seconds[name].append(clock() - begin)
        epoch = WINDOWS / BATCH / given.steps
        ours, theirs = (median(each) * epoch for each in seconds.values())
        turns = zip(*seconds.values(), strict=True)
        ratio = median(their / our for our, their in turns)
        print(f"{mode}, GRU of {given.units}, {given.threads} thread(s): an epoch takes "
              f"{ours:.1f} s, in PyTorch {theirs:.1f} s: {ratio:.2f} times as fast")  # fmt: skip


def of_seqzoo(mode, units, past, ahead, threads):
    """A function that takes so many training steps of `models.forecaster`."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    model = forecaster(
        CHANNELS, HORIZON, mode=mode, units=units, look_back=STEPS, segment=SEGMENT,
        normalization="last",
    )  # fmt: skip
    optimizer = keras.optimizers.SGD(RATE)
    optimizer.build(model.trainable_variables)
    values, targets = tf.constant(past), tf.constant(ahead)
    lengths = tf.fill([BATCH], STEPS)
    # As a training takes it.
    quick = quick_of(model) or (lambda given: model([given, lengths], training=True))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            apart = quick(values) - targets
            loss = tf.reduce_mean(tf.square(apart))
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    def steps(count):
        for _ in range(count):
            loss = step()
        float(loss)

    return steps


def of_torch(mode, units, past, ahead, threads):
    """A function that takes so many training steps of the same network in PyTorch."""
    torch.set_num_threads(threads)
    net = torch_segments(units) if mode == "segments" else torch_direct(units)
    weights = list(net.parameters())
    values, targets = torch.from_numpy(past), torch.from_numpy(ahead)

    def steps(count):
        for _ in range(count):
            loss = torch.mean((net(values) - targets) ** 2)
            slopes = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                # PyTorch's optimisers import its compiler, which does not start beside TensorFlow.
                torch._foreach_add_(weights, slopes, alpha=-RATE)
        float(loss)

    return steps


def torch_direct(units):
    """A GRU over the window, and a dense layer on its last state."""

    class Direct(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(CHANNELS, units, batch_first=True)
            self.steps = nn.Linear(units, HORIZON * CHANNELS)

        def forward(self, values):
            last = values[:, -1:]
            _, state = self.gru(values - last)
            return self.steps(state[0]).view(-1, HORIZON, CHANNELS) + last

    return Direct()


def torch_segments(units):
    """SegRNN, with a position and a channel embedding."""
    ahead = HORIZON // SEGMENT

    class Segments(nn.Module):
        def __init__(self):
            super().__init__()
            self.segment = nn.Linear(SEGMENT, units)
            self.gru = nn.GRU(units, units, batch_first=True)
            self.position = nn.Parameter(torch.randn(ahead, units // 2))
            self.channel = nn.Parameter(torch.randn(CHANNELS, units // 2))
            self.steps = nn.Linear(units, SEGMENT)

        def forward(self, values):
            last = values[:, -1:]
            # (batch, time, channels) -> (batch * channels, segments, steps)
            rows = (values - last).transpose(1, 2).reshape(-1, STEPS // SEGMENT, SEGMENT)
            _, state = self.gru(torch.relu(self.segment(rows)))
            places = torch.cat([
                self.position.unsqueeze(0).expand(CHANNELS, -1, -1),
                self.channel.unsqueeze(1).expand(-1, ahead, -1),
            ], -1).reshape(1, -1, units).expand(len(values), -1, -1)  # fmt: skip
            places = places.reshape(-1, 1, units)  # (batch * channels * segments, 1, units)
            again = state.repeat_interleave(ahead, 1)
            _, state = self.gru(places, again)
            found = self.steps(state[0]).view(-1, CHANNELS, HORIZON)
            return found.transpose(1, 2) + last

    return Segments()


if __name__ == "__main__":
    main()
