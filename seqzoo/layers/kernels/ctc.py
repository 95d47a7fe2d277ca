"""Connectionist temporal classification, a row at a time; see `layers.ctc`.

Forward filtering, backward smoothing, as in `chain`. The states of a row are its labels with a blank before,
between and behind them. Going forward, each frame keeps how likely the path comes from each of three states,
given the state it is in: the same, the one before, or the one before that. Going back, the probability of a
state is spread over these. It is a product of numbers in [0, 1]: nothing overflows, no infinity meets a zero.
"""

import math

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.batch import pool
from seqzoo.layers.kernels.math import exponential, logarithm
from seqzoo.layers.kernels.memory import empty

WAYS = 3  # into a state: it stays, it moves by one, it leaves a blank out
SMALL = 2**16  # frames times states below which a second thread costs more than it brings


def losses(
    logits: np.ndarray,
    labels: np.ndarray,
    frames: np.ndarray,
    counts: np.ndarray,
    blank: int,
    threads: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Negative log-likelihoods (batch,), and their gradient by the logits, (batch, time, vocab).

    Args:
        logits: float32 or float64 (batch, time, vocab).
        labels: int32 (batch, most), each below vocab and not the blank as far as it counts.
        frames, counts: int32 (batch,), at most `time` and `most`.
        blank: the symbol of no label.
        threads: how many may run at once.
    """
    logits, labels = np.ascontiguousarray(logits), np.ascontiguousarray(labels)
    loss, gradient = np.empty(len(logits), logits.dtype), empty(logits.shape, logits.dtype)
    work = int(np.sum(frames * (2 * counts + 1), dtype=np.int64))
    parts = max(1, min(threads, len(logits), work // SMALL))

    def run(part: int) -> None:
        rows = np.arange(part, len(logits), parts)
        _rows(rows, logits, labels, frames, counts, blank, loss, gradient)

    others = [pool().submit(run, part) for part in range(1, parts)]
    run(0)
    for other in others:
        other.result()
    return loss, gradient


@compiled
def _rows(rows, logits, labels, frames, counts, blank, loss, gradient):
    longest, most = 0, 0
    for b in rows:
        longest, most = max(longest, frames[b]), max(most, counts[b])
    width = 2 * most + 1
    symbols, bans = np.empty(width, np.int32), np.empty(width, np.float64)
    shares = np.empty((longest, WAYS, width), logits.dtype)
    for b in rows:
        time, states = frames[b], 2 * counts[b] + 1
        _states(labels[b], states, blank, symbols, bans)
        row, slope = logits[b, :time], gradient[b, :time]
        gradient[b, time:] = 0
        total, finish = _forward(row, symbols[:states], bans[:states], slope, shares)
        loss[b] = 0.0 - total
        if total == -np.inf:  # what cannot be has no slope
            slope[:] = 0
        elif total == total:
            _backward(slope, symbols[:states], shares, finish)


@compiled
def _states(labels, states, blank, symbols, bans):
    """The symbol of each state; and minus infinity where no blank before it may be left out, else 0."""
    for s in range(states):
        symbols[s] = labels[s // 2] if s % 2 else blank
        bans[s] = -np.inf
        if s % 2 and s > 2 and symbols[s] != symbols[s - 2]:
            bans[s] = 0.0


@compiled
def _forward(row, symbols, bans, slope, shares):
    """The log-likelihood of a row, and how likely it ends in the last state, not in the one before.

    Args:
        row: logits (time, vocab).
        symbols, bans: see `_states`.
        slope: becomes the probabilities of symbols, or no numbers where a frame has none; as `row`.
        shares: becomes how likely a path comes from each way, given where it is, (time, 3, states).
    """
    time, states = len(row), len(symbols)
    # Two states before the first, where no path is; the first is where a path is before the first frame.
    alpha = np.full(states + 2, -np.inf)
    alpha[2] = 0.0
    top, total = np.empty(states), np.empty(states, row.dtype)
    sound = True
    for t in range(time):
        log_sum = _normalized(row[t], slope[t])
        sound &= abs(log_sum) < np.inf
        _step(row[t], log_sum, symbols, bans, alpha, top, total, shares[t])
    last = alpha[states + 1]
    before = alpha[states] if states > 1 else -np.inf
    greatest = max(last, before)
    if not sound:  # a frame's scores are no distribution
        slope[:] = np.nan
        return np.nan, np.nan
    if greatest == -np.inf:
        return greatest, 0.0
    rest = math.exp(last - greatest) + math.exp(before - greatest)
    return greatest + math.log(rest), math.exp(last - greatest) / rest


@compiled
def _normalized(scores, out):
    """Turn scores into probabilities; the logarithm of the sum of their exponentials."""
    top = scores[0]
    for k in range(len(scores)):
        top = scores[k] if scores[k] > top else top
    for k in range(len(scores)):
        out[k] = exponential(scores[k] - top)
    total = 0.0
    for k in range(len(scores)):
        total += out[k]
    for k in range(len(scores)):
        out[k] /= total
    return top + math.log(total)


@compiled
def _step(scores, log_sum, symbols, bans, alpha, top, total, shares):
    """One frame forward: alpha of the states, behind two cells of minus infinity; and the shares."""
    states = len(symbols)
    stay, move, skip = shares[0], shares[1], shares[2]
    for s in range(states):
        greatest = alpha[s + 2] if alpha[s + 2] > alpha[s + 1] else alpha[s + 1]
        skipped = alpha[s] + bans[s]
        greatest = skipped if skipped > greatest else greatest
        # An infinity less itself is not a number.
        top[s] = greatest if greatest > -np.inf else 0.0
        stay[s] = alpha[s + 2] - top[s]
        move[s] = alpha[s + 1] - top[s]
        skip[s] = skipped - top[s]
    for s in range(states):
        stay[s], move[s] = exponential(stay[s]), exponential(move[s])
        skip[s] = exponential(skip[s])
        total[s] = stay[s] + move[s] + skip[s]
    for s in range(states):
        part = 1 / total[s] if total[s] > 0 else total[s]
        stay[s] *= part
        move[s] *= part
        skip[s] *= part
        total[s] = logarithm(total[s])
    for s in range(states):
        alpha[s + 2] = top[s] + total[s] + (scores[symbols[s]] - log_sum)


@compiled
def _backward(slope, symbols, shares, finish):
    """The probabilities of symbols, `slope`, less how likely paths of the labels are at them.

    Args:
        slope: (time, vocab).
        symbols: of the states, int32 (states,).
        shares: see `_forward`.
        finish: how likely a path ends in the last state.
    """
    time, states = len(slope), len(symbols)
    # Two states behind the last, where no path is.
    now = np.zeros(states + 2, shares.dtype)
    before = np.zeros(states + 2, shares.dtype)
    now[states - 1] = finish
    if states > 1:
        now[states - 2] = 1.0 - finish
    for t in range(time - 1, -1, -1):
        blanks = now[0]
        for s in range(1, states, 2):
            slope[t, symbols[s]] -= now[s]
            blanks += now[s + 1]
        slope[t, symbols[0]] -= blanks
        _spread(now, shares[t], states, before)
        now, before = before, now


@compiled
def _spread(now, shares, states, before):
    """The probabilities of states a frame before, of those of this one."""
    stay, move, skip = shares[0], shares[1], shares[2]
    for s in range(states - 2):
        before[s] = now[s] * stay[s] + now[s + 1] * move[s + 1] + now[s + 2] * skip[s + 2]
    if states > 1:
        s = states - 2
        before[s] = now[s] * stay[s] + now[s + 1] * move[s + 1]
    before[states - 1] = now[states - 1] * stay[states - 1]
