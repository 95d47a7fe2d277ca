"""Inference in linear chains: all that a CRF asks of its potentials.

`potentials`, float (batch, time, tags, tags), are log weights: `[b, t, i, j]` that of tag j at step t
behind tag i at the step before. A path starts in tag 0 before the first step, so at a row's first
real step all i weigh alike. What must not be weighs minus infinity.

Masked steps: with one row more, (batch, time, tags + 1, tags), the last row of a step is 1 where the step is
real and 0 where it is masked. At a masked step a path keeps its tag, whatever else stands there.

Where nothing is possible: a row on which every path is banned has the log partition -inf, marginals of 0
and as its best path tag 0 throughout, of weight -inf. Labels that are banned have the log-likelihood -inf.
Such rows have gradients of 0. A row without a real step has one path, of weight 0.

Lafferty, McCallum & Pereira 2001; how it is computed: `plain_chain` and `kernels.chain`.
"""

import keras
from keras import ops

from seqzoo.layers import plain_chain
from seqzoo.layers.labels import check_at_once, check_shape
from seqzoo.layers.plain_chain import BAN, parts
from seqzoo.layers.tensors import Tensor


def real_steps(potentials: Tensor) -> Tensor:
    """Which steps are not masked, bool (batch, time)."""
    return parts(_checked(potentials))[1]


def log_partition(potentials: Tensor) -> Tensor:
    """The log of the sum of all paths' weights, (batch,); its gradient is the pairs' marginals."""
    potentials = _checked(potentials)
    fused = _fused()
    if fused is not None:
        return fused.log_partition(potentials)
    value, pairs = plain_chain.forward_backward(ops.stop_gradient(potentials))
    return _with_gradient(ops.cast(value, potentials.dtype), pairs, potentials)


def pair_marginals(potentials: Tensor) -> Tensor:
    """Probability of each pair of neighbouring tags, (batch, time, tags, tags); zeros at masked steps.

    On TensorFlow on a CPU it has no gradient: to ask for one raises a `NotImplementedError`.
    """
    potentials = _checked(potentials)
    forward_backward = (_fused() or plain_chain).forward_backward
    return forward_backward(potentials)[1][:, :, : potentials.shape[-1]]


def marginals(potentials: Tensor) -> Tensor:
    """Probability of each tag at each step, (batch, time, tags); zeros at masked steps."""
    return ops.sum(pair_marginals(potentials), axis=2)


def log_likelihood(tags: Tensor, potentials: Tensor) -> Tensor:
    """Log probability of labels, (batch,); -inf where they cannot be.

    Args:
        tags: int (batch, time), -1 where the tag is not known: the probability is then that of all
            paths that fit. Or bool (batch, time, tags): the tags that may be at each step. What it
            says of masked steps does not count.
        potentials: float (batch, time, tags, tags), or with the steps' flags; see above.

    Raises:
        ValueError: on labels of another shape, or a label that is neither -1 nor a tag. In a graph of
            TensorFlow's on a CPU that is an `InvalidArgumentError` as it runs; in other compiled code,
            where nothing can be raised, the row's likelihood is NaN.
    """
    potentials, tags = _checked(potentials), ops.convert_to_tensor(tags)
    check_shape(tags, potentials)
    check_at_once(tags, real_steps(potentials), potentials.shape[-1])
    fused = _fused()
    if fused is not None:
        return fused.log_likelihood(tags, potentials)
    value, slope = plain_chain.log_likelihood(tags, ops.stop_gradient(potentials))
    return _with_gradient(value, slope, potentials)


def viterbi(potentials: Tensor, n: int = 1) -> tuple[Tensor, Tensor]:
    """The n best paths (Viterbi 1967).

    Returns:
        tags int32 (batch, n, time), 0 at masked steps, and their log weights (batch, n), best first.
        Where a row has fewer than n paths the rest are tags of 0 and weights of -inf.

    Raises:
        ValueError: if n is below 1.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1; got {n}")
    return plain_chain.viterbi(_checked(potentials), n)


def best_path(potentials: Tensor) -> Tensor:
    """The best path, int32 (batch, time), 0 at masked steps."""
    potentials = _checked(potentials)
    fused = _fused()
    return viterbi(potentials)[0][:, 0] if fused is None else fused.best_path(potentials)


def best_path_by_parts(
    emissions: Tensor, mask: Tensor | None, start: Tensor, transitions: Tensor, end: Tensor
) -> Tensor:
    """`best_path` of a chain without its potentials.

    Scores are added in double precision, where the backend has it, and in one order everywhere, so that
    ties come out alike here and in what is exported.

    Args:
        emissions: float (batch, time, tags).
        mask: bool (batch, time), one row for the whole batch, or None where every step is real.
        start, transitions, end: float (tags,), (tags, tags), (tags,); -inf for what must not be.
    """
    real = (
        ops.ones_like(emissions[:, :, 0], "bool")
        if mask is None
        else ops.cast(mask, "bool")
    )
    real = ops.broadcast_to(real, ops.shape(emissions)[:2])
    best = (_fused() or plain_chain).best_path_by_parts
    return best(emissions, real, start, transitions, end)


def compiled() -> bool:
    """Whether the loops here are compiled ones: TensorFlow on a CPU; XLA can't compile these again."""
    return _fused() is not None


def _fused():
    """The module with the compiled loops, where they can run."""
    if keras.backend.backend() != "tensorflow":
        return None
    from seqzoo.layers import fused, fused_chain

    return None if fused.gpu() or fused.elsewhere() else fused_chain


def _checked(potentials):
    """Potentials as a tensor.

    Raises:
        ValueError: on another shape.
    """
    potentials = ops.convert_to_tensor(potentials)
    shape = tuple(potentials.shape)
    if len(shape) != 4 or shape[2] not in (shape[3], shape[3] + 1):
        raise ValueError(
            "potentials: expected (batch, time, tags, tags), or (batch, time, tags + 1, tags) with the "
            f"steps' flags; got {shape}"
        )
    return potentials


def _with_gradient(value, slope, potentials):
    """`value` (batch,) with a gradient put in by hand: the loop would be differentiated step by step.

    An infinity less itself is not a number: it stands aside.
    """
    finite = ops.where(potentials == BAN, ops.zeros_like(potentials), potentials)
    change = ops.stop_gradient(slope) * (finite - ops.stop_gradient(finite))
    # What stands at masked steps need not be a number.
    change = ops.where(slope == 0, ops.zeros_like(change), change)
    return ops.stop_gradient(value) + ops.sum(change, axis=(1, 2, 3))
