"""Inference in linear chains: all that a CRF asks of its potentials.

`potentials`, float (batch, time, tags, tags), are log weights: `[b, t, i, j]` that of tag j at step t
behind tag i at the step before. A path starts in tag 0 before the first step, so at a row's first
real step all i weigh alike. A masked step keeps the tag: 0 on the diagonal, `MASKED` elsewhere.

Lafferty, McCallum & Pereira 2001; the recursions are those of Rabiner 1989, in logarithms.
"""

import keras
from keras import ops

FORBIDDEN = -1e4  # log weight of a transition that must not be: a path with one weighs exp(-10000) = 0
MASKED = -1e5  # of leaving the tag at a masked step, which is how such a step is known


def real_steps(potentials):
    """Which steps are no masked ones, bool (batch, time)."""
    tags = potentials.shape[-1]
    return potentials[:, :, 0, tags - 1] > MASKED / 2 if tags > 1 else None


def log_partition(potentials):
    """The log of the sum of all paths' weights, (batch,); its gradient is the pairs' marginals."""
    potentials = ops.convert_to_tensor(potentials)
    # Infinity has no gradient. (`ops.maximum` would give float32 on PyTorch.)
    potentials = ops.where(potentials < 4 * MASKED, ops.cast(4 * MASKED, potentials.dtype), potentials)
    fixed = ops.stop_gradient(potentials)
    value, pairs = _forward_backward(fixed)
    # The gradient is put in by hand: differentiating the loop would take it step by step once more.
    through = ops.sum(ops.stop_gradient(pairs) * (potentials - fixed), axis=(1, 2, 3))
    return ops.stop_gradient(value) + through


def pair_marginals(potentials):
    """Probability of each pair of neighbouring tags, (batch, time, tags, tags)."""
    return _forward_backward(ops.convert_to_tensor(potentials))[1]


def marginals(potentials):
    """Probability of each tag at each step, (batch, time, tags); zeros at masked steps (1, with one tag)."""
    potentials = ops.convert_to_tensor(potentials)
    real = real_steps(potentials)
    each = ops.sum(pair_marginals(potentials), axis=2)
    return each if real is None else each * ops.cast(real, each.dtype)[:, :, None]


def log_likelihood(tags, potentials):
    """Log probability of labels, (batch,).

    Args:
        tags: int (batch, time), -1 where the tag is not known: the probability is then that of all
            paths that fit. Or bool (batch, time, tags): the tags that may be at each step. What it
            says of masked steps does not count.
        potentials: float (batch, time, tags, tags).
    """
    potentials = ops.convert_to_tensor(potentials)
    allowed = _allowed(ops.convert_to_tensor(tags), potentials)
    barred = ops.where(allowed, 0.0, 2 * MASKED)[:, :, None, :]
    both = ops.concatenate([potentials + ops.cast(barred, potentials.dtype), potentials], axis=0)
    fitting, every = ops.split(log_partition(both), 2)
    return fitting - every


def _allowed(tags, potentials):
    """bool (batch, time, tags): what the labels leave open."""
    count = potentials.shape[-1]
    if len(tags.shape) == 3:
        allowed = ops.cast(tags, "bool")
    else:
        tags = ops.cast(tags, "int32")
        known = ops.one_hot(tags, count) > 0.5
        allowed = ops.logical_or(known, (tags < 0)[:, :, None])
    real = real_steps(potentials)
    return allowed if real is None else ops.logical_or(allowed, ops.logical_not(real)[:, :, None])


def viterbi(potentials, n: int = 1):
    """The n best paths (Viterbi 1967).

    Returns:
        tags int32 (batch, n, time), 0 at masked steps, and their log weights (batch, n), best first;
        where a row has fewer than n paths the rest weigh less than `MASKED` / 2, and those with a
        forbidden transition `FORBIDDEN` less than they would.
    """
    potentials = ops.convert_to_tensor(potentials)
    count = potentials.shape[-1]
    steps = ops.transpose(potentials, (1, 0, 2, 3))

    def best(scores, step):
        """(..., tags, n) and (..., tags, tags) -> n best ways into each tag, and where from."""
        ways = ops.expand_dims(scores, -1) + ops.expand_dims(step, -2)  # (..., from, n, to)
        ways = ops.reshape(ways, (*ops.shape(ways)[:-3], count * n, count))
        return ops.top_k(ops.swapaxes(ways, -1, -2), n)

    def forward(scores, step):
        scores = best(scores, step)[0]
        return scores, scores

    first = ops.where(ops.arange(n) == 0, 0.0, ops.cast(2 * MASKED, potentials.dtype))
    start = ops.zeros_like(potentials[:, 0, 0, :, None]) + _one_start(potentials)[:, None] + first
    last, scores = ops.scan(forward, start, steps)
    before = ops.concatenate([start[None], scores[:-1]], axis=0)
    origins = ops.cast(best(before, steps)[1], "int32")  # (time, batch, tags, n)
    origins = ops.reshape(origins, (*ops.shape(origins)[:2], count * n))
    weights, places = ops.top_k(ops.reshape(last, (-1, count * n)), n)

    def backward(place, origin):
        return ops.take_along_axis(origin, place, axis=1), place

    _, places = ops.scan(backward, ops.cast(places, "int32"), origins, reverse=True)
    tags = ops.transpose(places // n, (1, 2, 0))
    real = real_steps(potentials)
    return (tags if real is None else tags * ops.cast(real, "int32")[:, None, :]), weights


def best_path(potentials):
    """The best path, int32 (batch, time), 0 at masked steps."""
    potentials = ops.convert_to_tensor(potentials)
    fused = _fused()
    if fused is None:
        return viterbi(potentials)[0][:, 0]
    tags, real = fused.best_path(potentials, _one_start(potentials)), real_steps(potentials)
    return tags if real is None else tags * ops.cast(real, "int32")


def _forward_backward(potentials):
    """`log_partition` (batch,) and `pair_marginals` (batch, time, tags, tags)."""
    fused = _fused()
    if fused is None:
        return forward_backward(potentials)
    return fused.forward_backward(potentials, _one_start(potentials))


def compiled() -> bool:
    """Whether the loops here are compiled ones: TensorFlow on a CPU; XLA can't compile these again."""
    return _fused() is not None


def _fused():
    """The module with the compiled loops, where they can run."""
    if keras.backend.backend() != "tensorflow":
        return None
    from seqzoo.layers import fused

    return None if fused.gpu() else fused


def forward_backward(potentials):
    """The same in Keras' own operations, for every backend."""
    steps = ops.transpose(potentials, (1, 0, 2, 3))

    def forward(alpha, step):
        alpha = ops.logsumexp(alpha[:, :, None] + step, axis=1)
        return alpha, alpha

    def backward(beta, step):
        return ops.logsumexp(step + beta[:, None, :], axis=2), beta

    zeros = ops.zeros_like(potentials[:, 0, 0, :])
    start = zeros + _one_start(potentials)
    last, alphas = ops.scan(forward, start, steps)
    _, betas = ops.scan(backward, zeros, steps, reverse=True)
    total = ops.logsumexp(last, axis=-1)
    before = ops.concatenate([start[None], alphas[:-1]], axis=0)
    pairs = ops.exp(before[:, :, :, None] + steps + betas[:, :, None, :] - total[None, :, None, None])
    return total, ops.transpose(pairs, (1, 0, 2, 3))


def _one_start(potentials):
    """Log weights of the states before the first step, (tags,): all is in the first."""
    return ops.where(ops.arange(potentials.shape[-1]) == 0, 0.0, ops.cast(2 * MASKED, potentials.dtype))
