"""Cross-entropy of a linear layer's softmax over many classes, forward and back.

The scores of all rows are worked out for a few hundred classes at a time, and turned into
exponentials while they are in the cache; going back, each such group gives its share of all gradients
before the next is touched. Memory sees every matrix once each way.
"""

import itertools
from typing import NamedTuple

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.batch import pool
from seqzoo.layers.kernels.gemm import COLUMNS, aligned, multiply, pack, padded
from seqzoo.layers.kernels.math import exponential
from seqzoo.layers.kernels.memory import empty, zeros

PANELS = 4
GROUP = PANELS * COLUMNS  # classes of a group
LANES = COLUMNS


class Saved(NamedTuple):
    """What going back needs.

    Attributes:
        e: exponentials of scores less `tops`, (groups, rows, GROUP).
        tops: the greatest score so far, (groups, rows).
        log_sums: the logarithm of each row's sum of exponentials, (rows,).
    """

    e: np.ndarray
    tops: np.ndarray
    log_sums: np.ndarray


def forward(
    x: np.ndarray, weights: np.ndarray, bias: np.ndarray, targets: np.ndarray, threads: int
) -> tuple[np.ndarray, Saved]:
    """Negative log-probabilities of targets, and what `backward` needs.

    Args:
        x: features (rows, size), float32 or float64.
        weights: (size, classes), of any strides.
        bias: (classes,).
        targets: int32 (rows,), each below `classes`.
        threads: how many may run at once.
    """
    rows, classes = x.shape[0], weights.shape[1]
    if rows and not 0 <= targets.min() <= targets.max() < classes:
        raise ValueError(
            f"targets: expected ids from 0 to {classes - 1}; got {targets.min()} to {targets.max()}"
        )
    groups = -(-classes // GROUP)
    e, tops = empty((groups, rows, GROUP), x.dtype), np.empty((groups, rows), x.dtype)
    gold = np.zeros(rows, x.dtype)
    shares = _shares(groups, threads)
    top = np.full((len(shares), rows), -np.inf, x.dtype)
    total = np.zeros((len(shares), rows), x.dtype)

    def work(number):
        first, last = shares[number]
        mine = top[number], total[number]
        _exponentials(x, weights, bias, targets, first, last, e, tops, *mine, gold)

    _run(work, len(shares) if rows else 0)
    highest = top.max(axis=0)
    log_sums = highest + np.log((total * np.exp(top - highest)).sum(axis=0))
    return log_sums - gold, Saved(e, tops, log_sums)


def backward(
    x: np.ndarray,
    weights: np.ndarray,
    targets: np.ndarray,
    saved: Saved,
    upstream: np.ndarray,
    by_class: bool,
    threads: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of x, weights and bias.

    Args:
        x, weights, targets, threads: as for `forward`.
        saved: what it gave.
        upstream: the loss' gradients of the negative log-probabilities, (rows,).
        by_class: give the weights' gradients as (classes, size), else as (size, classes).
    """
    size, classes = weights.shape
    shares = _shares(saved.e.shape[0], threads)
    dx = [zeros((x.shape[0], padded(size)), x.dtype) for _ in shares]
    # Of no rows there is nothing that would be written.
    d_weights = (empty if len(x) else zeros)(
        (classes, size) if by_class else (size, classes), x.dtype
    )
    d_bias = np.zeros(classes, x.dtype)
    turned = pack(x) if by_class else np.ascontiguousarray(x.T)[None]

    def work(number):
        first, last = shares[number]
        results = dx[number], d_weights, d_bias
        _gradients(
            turned, weights, targets, *saved, upstream, by_class, first, last, *results
        )

    _run(work, len(shares) if len(x) else 0)
    for other in dx[1:]:
        dx[0] += other
    return np.ascontiguousarray(dx[0][:, :size]), d_weights, d_bias


def _shares(groups, threads):
    parts = min(threads, groups)
    ends = [groups * part // parts for part in range(parts + 1)]
    return list(itertools.pairwise(ends))


def _run(work, count):
    others = [pool().submit(work, number) for number in range(1, count)]
    if count:
        work(0)
    for other in others:
        other.result()


@compiled
def _exponentials(x, weights, bias, targets, first, last, e, tops, top, total, gold):
    """Fill the groups from `first` to `last` of e and tops; top and total become those of these groups."""
    rows, size = x.shape
    start = np.zeros(GROUP, x.dtype)
    for group in range(first, last):
        low = group * GROUP
        high = min(low + GROUP, weights.shape[1])
        start[:] = 0
        start[: high - low] = bias[low:high]
        packed = pack(weights[:, low:high])
        panels = packed.shape[0]
        multiply(rows, size, panels, x, 0, size, 1, packed, size * COLUMNS, COLUMNS, start, 0, 0,
                 e, group * rows * GROUP, GROUP)  # fmt: skip
        for r in range(rows):
            row = e[group, r]
            row[high - low :] = -np.inf
            if low <= targets[r] < high:
                gold[r] = row[targets[r] - low]
            before = top[r]
            now = _greatest(row, before)
            tops[group, r] = top[r] = now
            if before > -np.inf:
                total[r] *= exponential(before - now)
            total[r] += _exponential_sum(row, now)
            row[high - low :] = 0


@compiled
def _greatest(row, start):
    lanes = np.full(LANES, start, row.dtype)
    for c in range(0, GROUP, LANES):
        for j in range(LANES):
            lanes[j] = row[c + j] if row[c + j] > lanes[j] else lanes[j]
    return lanes.max()


@compiled
def _exponential_sum(row, top):
    """Turn scores into exponentials; returns their sum."""
    if top == -np.inf:  # so far no class is possible
        row[:] = 0
        return row[0]
    for c in range(GROUP):
        row[c] = exponential(row[c] - top)
    lanes = np.zeros(LANES, row.dtype)
    for c in range(0, GROUP, LANES):
        for j in range(LANES):
            lanes[j] += row[c + j]
    return lanes.sum()


@compiled
def _gradients(turned, weights, targets, e, tops, log_sums, upstream, by_class, first, last, dx, d_weights,
               d_bias):  # fmt: skip
    """The share of the groups from `first` to `last` in the gradients.

    Args:
        turned: x packed, if the gradients come by class; else transposed, (1, size, rows).
    """
    rows, size = e.shape[1], weights.shape[0]
    d, sums = aligned(rows, GROUP, e), np.empty(GROUP, e.dtype)
    zero = np.zeros(max(GROUP, dx.shape[1]), e.dtype)
    out = aligned(GROUP, dx.shape[1], e) if by_class else aligned(size, GROUP, e)
    for group in range(first, last):
        low = group * GROUP
        high = min(low + GROUP, weights.shape[1])
        _score_gradients(
            e[group], tops[group], log_sums, targets, upstream, low, high, d, sums
        )
        d_bias[low:high] = sums[: high - low]
        _add_feature_gradients(rows, d, weights[:, low:high].T, dx)
        if by_class:
            _gradients_by_class(rows, high - low, d, turned, zero, out)
            d_weights[low:high] = out[: high - low, :size]
        else:
            _gradients_by_feature(rows, size, high - low, d, turned, zero, out)
            d_weights[:, low:high] = out[:, : high - low]


@compiled
def _score_gradients(e, tops, log_sums, targets, upstream, low, high, d, sums):
    """Gradients of a group's scores, `d` (rows, GROUP), and their sums over the rows, (GROUP,).

    Those of a softmax: the probability, less 1 for the target, times what comes from above.
    """
    sums[:] = 0
    for r in range(len(e)):
        row, out = e[r], d[r]
        _scaled(row, upstream[r] * np.exp(tops[r] - log_sums[r]), out, sums)
        if low <= targets[r] < high:
            out[targets[r] - low] -= upstream[r]
            sums[targets[r] - low] -= upstream[r]


@compiled
def _add_feature_gradients(rows, d, weights, dx):
    """dx += d @ weights, (classes of the group, size)."""
    back = pack(weights)
    depth, width = weights.shape[0], dx.shape[1]
    multiply(rows, depth, back.shape[0], d, 0, GROUP, 1, back, depth * COLUMNS, COLUMNS,
             dx, 0, width, dx, 0, width)  # fmt: skip


@compiled
def _gradients_by_class(rows, count, d, packed, zero, out):
    """out = d.T @ x, (count of classes, padded size), of x packed."""
    panels = packed.shape[0]
    multiply(count, rows, panels, d, 0, 1, GROUP, packed, rows * COLUMNS, COLUMNS,
             zero, 0, 0, out, 0, panels * COLUMNS)  # fmt: skip


@compiled
def _gradients_by_feature(rows, size, count, d, turned, zero, out):
    """out = x.T @ d, (size, GROUP), of x transposed; full panels of the classes are written."""
    panels = (count + COLUMNS - 1) // COLUMNS
    multiply(size, rows, panels, turned, 0, rows, 1, d, COLUMNS, GROUP,
             zero, 0, 0, out, 0, GROUP)  # fmt: skip


@compiled
def _scaled(row, factor, out, sums):
    """out = factor row; sums += out."""
    for c in range(GROUP):
        value = row[c] * factor
        out[c] = value
        sums[c] += value
