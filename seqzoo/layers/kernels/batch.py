"""Whole batches: rows and directions shared among threads, results put together."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from seqzoo.layers.kernels import sequence
from seqzoo.layers.kernels.gemm import padded
from seqzoo.layers.kernels.memory import empty, zeros
from seqzoo.layers.kernels.records import Call, Direction, Saved
from seqzoo.layers.kernels.rows import repeat, repeat_back
from seqzoo.layers.kernels.step import (
    LSTMS,
    Independent,
    IndependentRelu,
    SimpleRNN,
    SimpleRNNRelu,
)
from seqzoo.layers.kernels.weights import (
    as_keras,
    cut,
    gates_width,
    packed,
    packed_back,
    zero_gradients,
)

SMALL = 2**24  # products below which a second thread costs more than it brings
BY_OUTPUTS = (
    SimpleRNN,
    SimpleRNNRelu,
    Independent,
    IndependentRelu,
)  # going back they need no gates
FEW = 4  # rows below which a share is not split


class Batch:
    """A batch and what is to be done with it.

    Args:
        call: a `Call`.
        x: (batch, time, features), float32 or float64.
        mask: bool (batch, time), or None where every step counts.
        directions: one or two `Direction`.

    Raises:
        ValueError: where shapes don't fit; compiled code would read past an array's end.
    """

    def __init__(
        self,
        call: Call,
        x: np.ndarray,
        mask: np.ndarray | None,
        directions: list[Direction],
    ):
        self.call, self.x, self.directions = call, x, directions
        self.mask = np.ones(x.shape[:2], bool) if mask is None else mask
        self._check()
        self.lengths = np.count_nonzero(self.mask, axis=1)
        self.tokens = int(self.lengths.sum())
        self.whole = self.tokens == self.mask.size
        self.units = directions[0].recurrent_kernel.shape[0]
        self.flipped = call.flip and directions[0].reverse
        self.repeats = call.return_sequences and not self.whole and not call.zero

    def _check(self):
        batch, time, features = self.x.shape
        if self.mask.shape != (batch, time):
            raise ValueError(f"mask: expected shape {(batch, time)}; got {self.mask.shape}")
        for d in self.directions:
            expected = d.kernel.shape[0]
            if features and not expected:  # they are sums
                expected = d.kernel.shape[1] * len(self.directions)
            if features != expected:
                raise ValueError(f"sequences: expected {expected} features; got {features}")
            units = d.recurrent_kernel.shape[0]
            for state, width in ((d.h, units), (d.c, units * (self.call.cell in LSTMS))):
                if state.shape != (batch, width):
                    raise ValueError(
                        f"initial_state: expected shape {(batch, width)}; got {state.shape}"
                    )

    def forward(self, keep: bool) -> tuple[np.ndarray, list, list]:
        """Run all directions.

        Args:
            keep: whether to keep what `backward` needs.

        Returns:
            output, (batch, time, units) or (batch, units), directions side by side; for each
            direction its last states (h, c); for each what was kept (gates, hs, cs).
        """
        call, units = self.call, self.units
        flat, columns = self._flat(), units * len(self.directions)
        y = self._outputs(self.mask.size if call.return_sequences else 0, columns)
        kept = [self._kept(self.tokens * keep) for _ in self.directions]
        states = [[d.h.copy(), d.c.copy()] for d in self.directions]
        steps = int(self.lengths.max(initial=0))
        weights = [packed(call.cell, d, self.tokens, steps) for d in self.directions]

        def work(number, rows, first, last):
            plan = sequence.plan(rows, self.mask, self.directions[number].reverse)
            h, c = (s[rows] for s in states[number])
            saved = Saved(*(a[first:last] if keep else a for a in kept[number]))
            of = weights[number], h, c, saved, y, number * units
            sequence.forward(flat[number], plan, *of)
            for state, new in zip(states[number], (h, c), strict=True):
                state[rows] = new

        self._run(work)
        return self._output(y, [s[0] for s in states]), states, kept

    def _flat(self):
        """Each direction's inputs of all steps, (batch * time, features)."""
        batch, time, features = self.x.shape
        flat = self.x.reshape(batch * time, features)
        if self.directions[0].kernel.shape[0]:
            return [flat] * len(self.directions)
        parts = np.split(flat, len(self.directions), axis=1)
        return [np.ascontiguousarray(part) for part in parts]

    def has(self, kept: list) -> bool:
        """Whether what was kept of each direction is what `backward` needs, and not left out."""
        return all(hs.shape[0] == self.tokens for _, hs, _ in kept)

    def _kept(self, tokens):
        """Room for gates, h and c of each token, as far as `backward` will need them."""
        cell, units = self.call.cell, self.units
        gates = tokens * (cell not in BY_OUTPUTS)
        shapes = (
            (gates, gates_width(cell, units)),
            (tokens, units),
            (tokens, units * (cell in LSTMS)),
        )
        return [
            empty(shape, self.x.dtype) if tokens else np.empty(shape, self.x.dtype)
            for shape in shapes
        ]

    def _outputs(self, length, columns):
        return (empty if self.whole else zeros)((length, columns), self.x.dtype)

    def _output(self, y, last):
        """What the layer gives, of all outputs and the last ones of each direction."""
        if not self.call.return_sequences:
            pairs = zip(last, self.directions, strict=True)
            return np.concatenate(
                [np.where(self._heard(d), h, 0) for h, d in pairs], axis=1
            )
        y = y.reshape(*self.mask.shape, y.shape[1])
        for number, d in enumerate(self.directions if self.repeats else ()):
            repeat(y, self.mask, d.reverse, number * self.units, self.units)
        return y[:, ::-1] if self.flipped else y

    def _heard(self, d):
        """bool (batch, 1): rows whose last output is their last state, and not zeros."""
        at_the_end = (
            self.mask[:, 0 if d.reverse else -1] if self.call.zero else self.lengths > 0
        )
        return at_the_end[:, None]

    def backward(
        self, kept: list, d_output: np.ndarray, d_states: list
    ) -> tuple[np.ndarray, list]:
        """Gradients.

        Args:
            kept: what `forward` kept.
            d_output: the loss' gradient of its output.
            d_states: for each direction those of its last states (h, c).

        Returns:
            dx, and for each direction those of (kernel, recurrent_kernel, bias, h, c).
        """
        call, x, units = self.call, self.x, self.units
        flat = self._flat()  # a direction's own
        dy, ends = self._d_outputs(d_output), self._d_ends(d_output, d_states)
        dx = [self._outputs(*own.shape) for own in flat]
        weights = [packed_back(call.cell, d) for d in self.directions]

        def work(number, rows, first, last):
            d = self.directions[number]
            plan = sequence.plan(rows, self.mask, d.reverse)
            saved = Saved(*(a[first:last] for a in kept[number]))
            sums = zero_gradients(call.cell, d, last - first)
            dh, dc = (a[rows] for a in ends[number])
            starts = d.h[rows], d.c[rows]
            out = dh, dc, dx[number], sums
            of = weights[number], *starts, saved, dy, number * units, *out
            sequence.backward(flat[number], plan, *of)
            ends[number][0][rows], ends[number][1][rows] = dh, dc
            return number, sums

        totals: list[Any] = [None] * len(self.directions)
        for number, sums in self._run(work):
            so_far = totals[number]
            totals[number] = (
                sums
                if so_far is None
                else [a + b for a, b in zip(so_far, sums, strict=True)]
            )
        gradients = [
            [*as_keras(call.cell, d, sums), cut(dh, units), dc]
            for d, sums, (dh, dc) in zip(self.directions, totals, ends, strict=True)
        ]
        return self._together(dx).reshape(x.shape), gradients

    def _together(self, dx):
        """Each direction's gradients of its inputs as those of x, (batch * time, features)."""
        if len(dx) == 1:
            return dx[0]
        if self.directions[0].kernel.shape[0]:
            return np.add(dx[0], dx[1], out=dx[0])
        return np.concatenate(dx, axis=1)

    def _d_outputs(self, d_output):
        """Gradients of all outputs (batch * time, width), in the order of time; or no rows."""
        columns = self.units * len(self.directions)
        if not self.call.return_sequences:
            return np.empty((0, columns), self.x.dtype)
        dy = np.ascontiguousarray(d_output[:, ::-1] if self.flipped else d_output)
        if self.repeats:
            dy = np.array(dy)
            for number, d in enumerate(self.directions):
                repeat_back(dy, self.mask, d.reverse, number * self.units, self.units)
        return dy.reshape(-1, columns)

    def _d_ends(self, d_output, d_states):
        """Gradients of each direction's last states, that of h padded."""
        ends = []
        for number, (dh, dc) in enumerate(d_states):
            end = np.zeros((dh.shape[0], padded(self.units)), dh.dtype)
            end[:, : self.units] = dh
            if not self.call.return_sequences:
                part = d_output[:, number * self.units : (number + 1) * self.units]
                end[:, : self.units] += np.where(
                    self._heard(self.directions[number]), part, 0
                )
            ends.append([end, dc.copy()])
        return ends

    def _run(self, work):
        """The results of all shares of the work, done by as many threads as are worth it."""
        tasks = self._shares()
        if self.call.threads == 1 or self._small():
            return [work(*task) for task in tasks]
        others = [pool().submit(work, *task) for task in tasks[1:]]
        return [work(*tasks[0]), *(other.result() for other in others)]

    def _small(self):
        kernel = self.directions[0].kernel
        products = self.tokens * (kernel.shape[0] + self.units) * kernel.shape[1]
        return products * len(self.directions) < SMALL

    def _shares(self):
        """(direction, rows by falling length, first and last of their tokens) of each, alike in work."""
        order = np.argsort(-self.lengths, kind="stable")
        parts = min(self.call.threads // len(self.directions), order.size // FEW)
        parts = 1 if self._small() else max(1, parts)
        tasks = []
        for number in range(len(self.directions)):
            first = 0
            for part in range(parts):
                rows = np.ascontiguousarray(
                    order[part::parts]
                )  # of one layout, compiled once
                last = first + int(self.lengths[rows].sum())
                tasks.append((number, rows, first, last))
                first = last
        return tasks


@cache
def pool() -> ThreadPoolExecutor:
    """The threads that share batches; one pool for the process."""
    return ThreadPoolExecutor(thread_name_prefix="seqzoo")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        after_in_child=pool.cache_clear
    )  # a child has none of its parent's threads
