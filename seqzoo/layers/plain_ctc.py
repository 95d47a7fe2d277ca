"""Connectionist temporal classification in Keras' own operations, for every backend; see `ctc`.

Forward filtering, backward smoothing, as in `plain_chain`; `kernels.ctc` says what the states are.
"""

from keras import ops

from seqzoo.layers.loop import scan_outputs
from seqzoo.layers.plain_chain import BAN
from seqzoo.layers.tensors import Tensor


def losses(
    logits: Tensor, labels: Tensor, frames: Tensor, counts: Tensor, blank: int
) -> tuple[Tensor, Tensor]:
    """Negative log-likelihoods (batch,), and their gradient by the logits, (batch, time, vocab).

    Args:
        logits: float32 or float64 (batch, time, vocab).
        labels: int32 (batch, most).
        frames, counts: int32 (batch,).
        blank: the symbol of no label.

    Rows whose labels or lengths cannot be have a loss that is no number.
    """
    log_probs = ops.log_softmax(logits, axis=-1)
    vocab = logits.shape[-1]
    ever, most = ops.shape(logits)[1], ops.shape(labels)[1]
    there = ops.arange(most, dtype="int32")[None] < counts[:, None]
    wrong = _wrong(labels, there, vocab, blank)
    wrong = ops.logical_or(wrong, ops.logical_or(frames < 0, frames > ever))
    wrong = ops.logical_or(wrong, ops.logical_or(counts < 0, counts > most))
    labels = ops.clip(ops.where(there, labels, blank), 0, vocab - 1)
    symbols, may_skip = _states(labels, blank)
    real = ops.arange(ever, dtype="int32")[None] < frames[:, None]  # (batch, time)

    # (batch, time, vocab), int (batch, states) -> (batch, time, states), then time first.
    one_hot = ops.one_hot(symbols, vocab, dtype=logits.dtype)
    emissions = _taken(log_probs, symbols, ever)
    steps = ops.transpose(emissions, (1, 0, 2))
    flags = ops.transpose(real)[:, :, None]
    last, taken, shares = _forward(steps, flags, may_skip)

    total, ends = _ends(last, counts)
    total = total + ops.sum(taken, axis=(0, 2))
    occupied = _backward(ends, shares, flags)  # (time, batch, states)
    # Keras' own product rounds float64 to float32 on PyTorch.
    visited = ops.transpose(occupied, (1, 0, 2)) @ one_hot
    slope = ops.where(real[:, :, None], ops.exp(log_probs) - visited, 0.0)
    impossible = total == BAN
    slope = ops.where(impossible[:, None, None], ops.zeros_like(slope), slope)
    return ops.where(wrong, ops.cast(float("nan"), total.dtype), 0.0 - total), slope


def _wrong(labels, there, vocab, blank):
    """Rows with a label that is none, bool (batch,)."""
    outside = ops.logical_or(labels < 0, labels >= vocab)
    outside = ops.logical_or(outside, labels == blank)
    return ops.any(ops.logical_and(outside, there), axis=1)


def _states(labels, blank):
    """The symbol of each state, int32 (batch, 2 * most + 1), and whether the blank before may be left out."""
    blanks = ops.full_like(labels, blank)
    before = ops.pad(labels, [[0, 0], [1, 0]], constant_values=blank)[:, :-1]
    new = ops.logical_and(labels != before, before != blank)
    no = ops.zeros_like(new)
    batch, most = ops.shape(labels)
    # (batch, most, 2) -> (batch, 2 * most), and a blank at the end
    symbols = ops.reshape(ops.stack([blanks, labels], axis=2), (batch, 2 * most))
    symbols = ops.pad(symbols, [[0, 0], [0, 1]], constant_values=blank)
    may_skip = ops.reshape(ops.stack([no, new], axis=2), (batch, 2 * most))
    return symbols, ops.pad(may_skip, [[0, 0], [0, 1]])


def _taken(log_probs, symbols, time):
    """The log-probabilities of the states' symbols, (batch, time, states)."""
    places = ops.repeat(symbols[:, None, :], time, axis=1)
    return ops.take_along_axis(log_probs, places, axis=2)


def _forward(steps, flags, may_skip):
    """The last alphas (batch, states), what was taken from them (time, batch, 1), and three shares.

    Args:
        steps: log-probabilities (time, batch, states).
        flags: which frames are real, bool (time, batch, 1).
        may_skip: bool (batch, states).
    """
    never = ops.full_like(steps[0], BAN)
    begun = ops.arange(ops.shape(never)[1]) == 0
    start = ops.where(begun[None], ops.zeros_like(never), never)

    def forward(alpha, inputs):
        step, real = inputs
        ways = ops.stack(
            [
                alpha,
                ops.concatenate([never[:, :1], alpha[:, :-1]], axis=1),
                ops.where(may_skip, _moved_by_two(alpha, never), never),
            ]
        )
        top = ops.max(ways, axis=0, initial=BAN)
        weights = ops.exp(ways - ops.where(top == BAN, ops.zeros_like(top), top))
        sums = ops.sum(weights, axis=0)
        none = sums == 0
        sums = ops.where(none, ops.ones_like(sums), sums)
        new = ops.where(none, never, top + ops.log(sums) + step)
        # The greatest is brought to 0: sums of many frames would lose what tells states apart.
        highest = ops.max(new, axis=1, keepdims=True, initial=BAN)
        highest = ops.where(highest == BAN, ops.zeros_like(highest), highest)
        shares = ops.where(real, weights / sums, 0.0)
        alpha = ops.where(real, new - highest, alpha)
        return alpha, (shares, ops.where(real, highest, ops.zeros_like(highest)))

    blank = (ops.stack([start] * 3), start[:, :1])
    last, (shares, taken) = scan_outputs(forward, start, blank, (steps, flags))
    return last, taken, shares


def _moved_by_two(alpha, never):
    """alpha two states on; a row without a label has one state."""
    both = ops.concatenate([never[:, :1], never[:, :1], alpha], axis=1)
    return both[:, : ops.shape(alpha)[1]]


def _ends(last, counts):
    """The log weight of the last alphas, (batch,), and how likely each state is the last."""
    place = ops.arange(ops.shape(last)[1], dtype="int32")[None]
    final = 2 * counts[:, None]
    ending = ops.logical_or(place == final, place == final - 1)
    last = ops.where(ending, last, ops.cast(BAN, last.dtype))
    top = ops.max(last, axis=1, keepdims=True, initial=BAN)
    shift = ops.where(top == BAN, ops.zeros_like(top), top)
    weights = ops.exp(last - shift)
    sums = ops.sum(weights, axis=1, keepdims=True)
    dead = sums == 0
    sums = ops.where(dead, ops.ones_like(sums), sums)
    total = ops.where(dead, ops.cast(BAN, last.dtype), shift + ops.log(sums))
    return total[:, 0], weights / sums


def _backward(ends, shares, flags):
    """How likely paths of the labels are in each state, (time, batch, states)."""

    def backward(now, inputs):
        shares, real = inputs
        stay, move, skip = now * shares[0], now * shares[1], now * shares[2]
        none = ops.zeros_like(now[:, :1])
        move = ops.concatenate([move[:, 1:], none], axis=1)
        skip = ops.concatenate([skip, none, none], axis=1)[:, 2:]
        return ops.where(real, stay + move + skip, now), now

    _, occupied = scan_outputs(
        backward, ends, ops.zeros_like(ends), (shares, flags), reverse=True
    )
    return occupied
