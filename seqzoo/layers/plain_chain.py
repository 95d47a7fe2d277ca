"""The loops over linear chains in Keras' own operations, for every backend; see `chain`.

Forward filtering, backward smoothing: going forward, each step keeps how likely each tag before is, given the
tag behind it; going back, these shares are multiplied by the probability of that tag. All that is multiplied
lies in [0, 1]: nothing overflows, and no infinity meets a zero.
"""

import warnings

from keras import ops

from seqzoo.layers.loop import scan_outputs
from seqzoo.layers.tensors import Tensor

BAN = float("-inf")


def parts(potentials: Tensor) -> tuple[Tensor, Tensor]:
    """The log weights, (batch, time, tags, tags), and which steps are real, bool (batch, time)."""
    rows, count = potentials.shape[-2:]
    if rows == count:
        return potentials, ops.ones_like(potentials[:, :, 0, 0], "bool")
    return potentials[:, :, :count], potentials[:, :, count, 0] > 0


def forward_backward(potentials: Tensor) -> tuple[Tensor, Tensor]:
    """Log partition (batch,) and pairs' probabilities, of the shape of `potentials`."""
    weights, real = parts(potentials)
    total, pairs = _forward_backward(weights, real)
    below = potentials.shape[2] - weights.shape[2]
    return total, ops.pad(pairs, [[0, 0], [0, 0], [0, below], [0, 0]])


def _forward_backward(weights, real):
    """`forward_backward` of log weights (batch, time, tags, tags) and bool (batch, time)."""
    # Time first: (time, batch, tags, tags) and (time, batch, 1).
    steps = ops.transpose(weights, (1, 0, 2, 3))
    flags = ops.transpose(real)[:, :, None]

    def forward(alpha, inputs):
        step, real = inputs
        new, shares = _filtered(alpha, step)
        # The greatest is brought to 0: sums of thousands of steps would lose what tells tags apart.
        top = ops.max(new, axis=1, keepdims=True)
        new = new - ops.where(top == BAN, ops.zeros_like(top), top)
        real_pair = real[:, :, None]
        alpha = ops.where(real, new, alpha)
        taken = ops.where(real, top, ops.zeros_like(top))
        return alpha, (ops.where(real_pair, shares, ops.zeros_like(shares)), taken)

    def backward(p, inputs):
        shares, real = inputs
        pairs = p[:, None, :] * shares
        return ops.where(real, ops.sum(pairs, axis=2), p), pairs

    start = ops.zeros_like(weights[:, 0, 0, :]) + _one_start(weights)
    blank = (ops.zeros_like(weights[:, 0]), ops.zeros_like(start[:, :1]))
    last, (shares, taken) = scan_outputs(forward, start, blank, (steps, flags))

    # What is left at the end, and what was taken on the way.
    rest = ops.logsumexp(last, axis=-1, keepdims=True)
    dead = ops.max(last, axis=-1, keepdims=True) == BAN
    total = ops.sum(_wide(taken), axis=(0, 2)) + _wide(rest[:, 0])
    total = ops.where(dead[:, 0], ops.cast(BAN, total.dtype), total)

    ends = ops.where(dead, ops.zeros_like(last), ops.exp(last - rest))
    _, pairs = scan_outputs(backward, ends, blank[0], (shares, flags), reverse=True)
    return total, ops.transpose(pairs, (1, 0, 2, 3))  # time second again


def _filtered(alpha, step):
    """alpha (batch, tags) one step on, and the shares of the tags before, (batch, tags, tags)."""
    ways = alpha[:, :, None] + step
    top = ops.max(ways, axis=1, keepdims=True)
    weights = ops.exp(ways - ops.where(top == BAN, ops.zeros_like(top), top))
    sums = ops.sum(weights, axis=1, keepdims=True)
    none = sums == 0
    sums = ops.where(none, ops.ones_like(sums), sums)
    new = ops.where(none, ops.cast(BAN, alpha.dtype), top + ops.log(sums))
    return new[:, 0], weights / sums


def log_likelihood(tags: Tensor, potentials: Tensor) -> tuple[Tensor, Tensor]:
    """Log probability of labels (batch,) and its gradient, of the shape of `potentials`."""
    weights, real = parts(potentials)
    allowed, wrong = _allowed(tags, real, potentials.shape[-1])
    fitting = ops.where(allowed[:, :, None, :], weights, ops.cast(BAN, weights.dtype))
    # The paths that fit and all paths, as one batch of twice the rows.
    both = ops.concatenate([fitting, weights], axis=0)
    totals, pairs = _forward_backward(both, ops.concatenate([real, real], axis=0))
    some, every = ops.split(totals, 2)
    some_pairs, every_pairs = ops.split(pairs, 2)

    impossible = ops.logical_or(some == BAN, every == BAN)
    value = ops.where(impossible, ops.cast(BAN, some.dtype), some - every)
    value = ops.where(wrong, ops.cast(float("nan"), some.dtype), value)
    banned = impossible[:, None, None, None]
    slope = ops.where(banned, ops.zeros_like(every_pairs), some_pairs - every_pairs)
    below = potentials.shape[2] - weights.shape[2]  # 1 with the steps' flags, else 0
    slope = ops.pad(slope, [[0, 0], [0, 0], [0, below], [0, 0]])
    return ops.cast(value, weights.dtype), slope


def _allowed(tags, real, count):
    """What the labels leave open, bool (batch, time, tags), and which rows have a label that is no tag."""
    if len(tags.shape) == 3:
        return ops.cast(tags, "bool"), ops.zeros_like(real[:, 0])
    wrong = ops.logical_or(tags < -1, tags >= count)
    tags = ops.cast(tags, "int32")[:, :, None]
    allowed = ops.logical_or(tags == ops.arange(count, dtype="int32"), tags < 0)
    return allowed, ops.any(ops.logical_and(real, wrong), axis=1)


def viterbi(potentials: Tensor, n: int = 1) -> tuple[Tensor, Tensor]:
    """`chain.viterbi`."""
    weights, real = parts(potentials)
    many = weights.shape[-1] * n  # an entry for each tag and each of its n best ways
    # Time first: (time, batch, tags, tags) and (time, batch, 1).
    steps = ops.transpose(weights, (1, 0, 2, 3))
    flags = ops.transpose(real)[:, :, None]
    ranks = ops.where(
        ops.arange(n) == 0, _one_start(weights)[:, None], ops.cast(BAN, weights.dtype)
    )
    start = ops.zeros_like(weights[:, 0, 0, :, None]) + ranks  # (batch, tags, n)
    no_origins = ops.cast(ops.reshape(ops.zeros_like(start), (-1, many)), "int32")
    blank = (no_origins, start[:, :1, 0])
    last, (origins, taken) = scan_outputs(_reached, start, blank, (steps, flags))

    scores, places = ops.top_k(ops.reshape(last, (-1, many)), n)  # (batch, n)
    total = _wide(scores) + ops.sum(_wide(taken), axis=0)
    places = ops.cast(places, "int32")
    _, places = scan_outputs(_traced, places, ops.zeros_like(places), origins, reverse=True)
    tags = ops.transpose(places // n, (1, 2, 0))  # (time, batch, n) -> (batch, n, time)
    there = ops.logical_and((scores > BAN)[:, :, None], real[:, None, :])
    return ops.where(there, tags, ops.zeros_like(tags)), ops.cast(total, weights.dtype)


def _reached(scores, inputs):
    """The n best ways into each tag, (batch, tags, n), one step on; where each came from; what was taken."""
    step, real = inputs
    new, origins = _best_ways(scores, step)
    # The greatest is brought to 0, as in `_forward_backward`.
    top = ops.max(new, axis=(1, 2), keepdims=True)
    new = new - ops.where(top == BAN, ops.zeros_like(top), top)
    taken = ops.where(real, top[:, :, 0], ops.zeros_like(top[:, :, 0]))  # (batch, 1)

    many = scores.shape[-2] * scores.shape[-1]
    origins = ops.reshape(ops.cast(origins, "int32"), (-1, many))
    stay = ops.arange(many, dtype="int32")[None]
    origins = ops.where(real, origins, stay)
    return ops.where(real[:, :, None], new, scores), (origins, taken)


def _best_ways(scores, step):
    """(batch, tags, n) and (batch, tags, tags) -> n best ways into each tag, and where from."""
    count, n = scores.shape[-2:]
    ways = scores[:, :, :, None] + step[:, :, None, :]  # (batch, from, n, to)
    ways = ops.reshape(ways, (-1, count * n, count))  # (batch, from and n, to)
    return ops.top_k(ops.swapaxes(ways, -1, -2), n)


def _traced(place, origins):
    """The places (batch, n) a step back, and those of this step."""
    return ops.take_along_axis(origins, place, axis=1), place


def best_path_by_parts(
    emissions: Tensor, real: Tensor, start: Tensor, transitions: Tensor, end: Tensor
) -> Tensor:
    """`chain.best_path_by_parts`."""
    emissions, start, transitions, end = (
        _wide(x) for x in (emissions, start, transitions, end)
    )
    # Time first: (time, batch, tags) and (time, batch, 1).
    steps = ops.transpose(emissions, (1, 0, 2))
    flags = ops.transpose(real)[:, :, None]
    stay = ops.arange(emissions.shape[-1], dtype="int32")[None]

    def forward(state, inputs):
        scores, begun = state
        emitted, real = inputs
        ways = scores[:, :, None] + transitions[None]
        into = ops.where(begun, ops.max(ways, axis=1), start[None])
        origins = ops.where(real, ops.cast(ops.argmax(ways, axis=1), "int32"), stay)
        scores = ops.where(real, into + emitted, scores)
        return (scores, ops.logical_or(begun, real)), origins

    def backward(tag, origins):
        return ops.take_along_axis(origins, tag, axis=1), tag[:, 0]

    none = ops.zeros_like(flags[0])
    first = ops.zeros_like(emissions[:, 0])
    blank = ops.cast(first, "int32")
    (last, _), origins = scan_outputs(forward, (first, none), blank, (steps, flags))
    last = last + end
    tag = ops.cast(ops.argmax(last, axis=1), "int32")[:, None]
    _, tags = scan_outputs(backward, tag, tag[:, 0], origins, reverse=True)
    there = ops.logical_and(real, ops.max(last, axis=1, keepdims=True) > BAN)
    return ops.where(there, ops.transpose(tags), 0)


def _one_start(weights):
    """Log weights of the states before the first step, (tags,): all is in the first."""
    return ops.where(ops.arange(weights.shape[-1]) == 0, 0.0, ops.cast(BAN, weights.dtype))


def _wide(x):
    """In double precision, where there is such: JAX has it if asked, and warns if not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ops.cast(x, "float64")
