"""Whole batches: weights packed, rows and directions shared among threads, results put together."""

from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from seqzoo.layers.kernels import sequence
from seqzoo.layers.kernels.gemm import COLUMNS, pack, padded
from seqzoo.layers.kernels.memory import empty, zeros
from seqzoo.layers.kernels.sequence import GRU, GRU_RESET_BEFORE, LSTM

# A direction's weights as Keras lays them out; bias is never None; h and c: first states; c empty but for the LSTM.
Direction = namedtuple("Direction", "kernel recurrent_kernel bias h c reverse")
# What a call is told. zero: masked steps give zeros, not the output before; flip: a single reversed
# direction gives its outputs in the order they were made; threads: how many may run at once.
Call = namedtuple("Call", "cell return_sequences zero flip threads")
SMALL = 2**21  # products below which a second thread costs more than it brings
FEW = 4  # rows below which a share is not split


def forward(call, x, mask, directions, keep):
    """Run all directions over a batch.

    Args:
        call: a `Call`.
        x: (batch, time, features), float32 or float64.
        mask: bool (batch, time).
        directions: one or two `Direction`.
        keep: whether to keep what `backward` needs.

    Returns:
        output, (batch, time, units) or (batch, units), directions side by side; for each direction
        its last states (h, c); for each what was kept (gates, hs, cs).
    """
    units, (batch, time, features) = directions[0].recurrent_kernel.shape[0], x.shape
    tokens, widths = np.count_nonzero(mask), (gates_width(call.cell, units), units, units * (call.cell == LSTM))
    flat = x.reshape(-1, features)
    whole = tokens == mask.size
    columns = units * len(directions)
    length = batch * time if call.return_sequences else 0
    y = (empty if whole else zeros)((length, columns), x.dtype)
    room = empty if keep else np.empty
    kept = [[room((tokens * keep, width), x.dtype) for width in widths] for _ in directions]
    states = [[d.h.copy(), d.c.copy()] for d in directions]
    weights = [packed(call.cell, d) for d in directions]

    def work(number, rows, first, last):
        d = directions[number]
        ordered = sequence.plan(rows, mask, d.reverse)
        h, c = (s[rows] for s in states[number])
        saved = sequence.Saved(*(a[first:last] if keep else a for a in kept[number]))
        sequence.forward(call.cell, flat, ordered, weights[number], h, c, saved, y, number * units)
        for state, new in zip(states[number], (h, c), strict=True):
            state[rows] = new

    run(work, shares(call, mask, directions, features))
    if call.return_sequences:
        y = y.reshape(batch, time, columns)
        if not whole and not call.zero:
            for number, d in enumerate(directions):
                sequence.repeat(y, mask, d.reverse, number * units, units)
        output = y[:, ::-1] if call.flip and directions[0].reverse else y
    else:
        output = np.concatenate([s[0] for s in states], axis=1)
        if not whole:
            output[~mask.any(axis=1)] = 0  # a row without a token; its state stays
    return output, states, kept


def backward(call, x, mask, directions, kept, d_output, d_states):
    """Gradients of a batch.

    Args:
        call, x, mask, directions, kept: as for and from `forward`.
        d_output: the loss' gradient of `output`.
        d_states: for each direction those of its last states (h, c).

    Returns:
        dx, and for each direction those of (kernel, recurrent_kernel, bias, h, c).
    """
    units, features = directions[0].recurrent_kernel.shape[0], x.shape[2]
    flat, count = x.reshape(-1, features), len(directions)
    whole = np.count_nonzero(mask) == mask.size
    dx = [(empty if whole else zeros)(flat.shape, x.dtype) for _ in directions]
    dy = np.empty((0, units * count), x.dtype)
    if call.return_sequences:
        dy = d_output[:, ::-1] if call.flip and directions[0].reverse else d_output
        dy = np.array(dy) if not whole and not call.zero else np.ascontiguousarray(dy)
        if not whole and not call.zero:
            for number, d in enumerate(directions):
                sequence.repeat_back(dy, mask, d.reverse, number * units, units)
        dy = dy.reshape(-1, units * count)
    ends = [[np.zeros((x.shape[0], padded(units)), x.dtype), dc.copy()] for _, dc in d_states]
    for number, (dh, _) in enumerate(d_states):
        ends[number][0][:, :units] = dh
        if not call.return_sequences:
            part = d_output[:, number * units : (number + 1) * units]
            ends[number][0][:, :units] += part * mask.any(axis=1)[:, None]
    weights = [packed_back(call.cell, d) for d in directions]

    def work(number, rows, first, last):
        d = directions[number]
        ordered = sequence.plan(rows, mask, d.reverse)
        saved = sequence.Saved(*(a[first:last] for a in kept[number]))
        sums = zero_gradients(call.cell, d)
        dh, dc = (a[rows] for a in ends[number])
        sequence.backward(
            call.cell, flat, ordered, weights[number], d.h[rows], d.c[rows], saved, dy, number * units,
            dh, dc, dx[number], sums,
        )  # fmt: skip
        ends[number][0][rows], ends[number][1][rows] = dh, dc
        return sums

    tasks = shares(call, mask, directions, features)
    results = run(work, tasks)
    totals = [None] * count
    for (number, *_), sums in zip(tasks, results, strict=True):
        totals[number] = sums if totals[number] is None else [a + b for a, b in zip(totals[number], sums, strict=True)]
    gradients = [
        [*as_keras(call.cell, d, sums), cut(dh, units), dc]
        for d, sums, (dh, dc) in zip(directions, totals, ends, strict=True)
    ]
    total = dx[0] if count == 1 else np.add(*dx, out=dx[0])
    return total.reshape(x.shape), gradients


def shares(call, mask, directions, features):
    """Tasks (direction, rows by falling length, first and last of their tokens), alike in work."""
    lengths = np.count_nonzero(mask, axis=1)
    order = np.argsort(-lengths, kind="stable")
    units, gates = directions[0].recurrent_kernel.shape
    small = lengths.sum() * len(directions) * (features + units) * gates < SMALL
    parts = 1 if small else max(1, min(call.threads // len(directions), order.size // FEW))
    tasks = []
    for number in range(len(directions)):
        first = 0
        for part in range(parts):
            rows = order[part::parts]
            last = first + lengths[rows].sum()
            tasks.append((number, rows, first, last))
            first = last
    return tasks if not small and call.threads > 1 else tuple(tasks)


def run(work, tasks):
    """The results of the tasks in their order; a tuple of tasks is run here, one by one."""
    if isinstance(tasks, tuple) or len(tasks) == 1:
        return [work(*task) for task in tasks]
    others = [_pool().submit(work, *task) for task in tasks[1:]]
    return [work(*tasks[0]), *(other.result() for other in others)]


@cache
def _pool():
    return ThreadPoolExecutor(thread_name_prefix="seqzoo")


def gates_width(cell, units):
    """Columns of a row of gates: four parts for LSTM and GRU, one for the simple one, full tiles."""
    if cell in (GRU, GRU_RESET_BEFORE):
        return 3 * units + padded(units)
    return padded(4 * units if cell == LSTM else units)


def packed(cell, d):
    """A direction's weights for `sequence.forward`."""
    units = d.recurrent_kernel.shape[0]
    none = np.empty((0, 0, COLUMNS), d.kernel.dtype)
    bias = np.zeros(padded(d.kernel.shape[1]), d.kernel.dtype)
    if cell not in (GRU, GRU_RESET_BEFORE):
        bias[: d.bias.size] = d.bias
        return sequence.Weights(pack(d.kernel), pack(d.recurrent_kernel), none, bias, bias[:0])
    own, recurrent = d.bias if cell == GRU else (d.bias, np.zeros_like(d.bias))
    bias[: 3 * units] = own
    bias[: 2 * units] += recurrent[: 2 * units]
    gates, candidate = d.recurrent_kernel[:, : 2 * units], d.recurrent_kernel[:, 2 * units :]
    return sequence.Weights(pack(d.kernel), pack(gates), pack(candidate), bias, recurrent[2 * units :])


def packed_back(cell, d):
    """A direction's weights, transposed, for `sequence.backward`."""
    units = d.recurrent_kernel.shape[0]
    none = d.kernel[0, :0]
    w, u = pack(d.kernel.T), d.recurrent_kernel
    if cell not in (GRU, GRU_RESET_BEFORE):
        return sequence.Weights(w, pack(u.T), np.empty((0, 0, COLUMNS), u.dtype), none, none)
    return sequence.Weights(w, pack(u[:, : 2 * units].T), pack(u[:, 2 * units :].T), none, none)


def zero_gradients(cell, d):
    features, gates = d.kernel.shape
    units = d.recurrent_kernel.shape[0]
    split = cell in (GRU, GRU_RESET_BEFORE)
    shapes = [
        (features, padded(gates)),
        (units, padded(2 * units if split else gates)),
        (units * split, padded(units)),
        (gates,),
        (units * split,),
    ]
    return sequence.Gradients(*(zeros(shape, d.kernel.dtype) for shape in shapes))


def cut(array, columns):
    """The first columns, contiguous."""
    if array.shape[1] == columns:
        return array
    out = empty((array.shape[0], columns), array.dtype)
    out[:] = array[:, :columns]
    return out


def as_keras(cell, d, sums):
    """Gradients of (kernel, recurrent_kernel, bias) as Keras lays the weights out."""
    units, gates = d.recurrent_kernel.shape
    kernel, bias = cut(sums[0], gates), sums[3]
    if cell not in (GRU, GRU_RESET_BEFORE):
        return kernel, cut(sums[1], gates), bias
    recurrent = empty((units, gates), kernel.dtype)
    recurrent[:, : 2 * units], recurrent[:, 2 * units :] = sums[1][:, : 2 * units], sums[2][:, :units]
    if cell == GRU:
        bias = np.stack([bias, np.concatenate([bias[: 2 * units], sums[4]])])
    return kernel, recurrent, bias

