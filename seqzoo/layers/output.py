"""The loss of a linear output layer over many classes, without keeping a score for every class."""

from keras import ops

from seqzoo.layers.compiled import unavailable
from seqzoo.layers.tensors import Tensor


def cross_entropy(
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None,
    targets: Tensor,
    *,
    by_class: bool = False,
) -> Tensor:
    """Negative log-probabilities of targets under `softmax(x @ weights + bias)`.

    On a CPU under TensorFlow compiled by numba; elsewhere, and for half precision, by `keras.ops`.

    Args:
        x: features, float (rows, size).
        weights: (size, classes).
        bias: (classes,), or None.
        targets: int32 (rows,).
        by_class: the weights are (classes, size), as an embedding's are.

    Returns:
        float (rows,).
    """
    if x.dtype in ("float32", "float64") and unavailable() is None:
        from seqzoo.layers import fused_softmax

        return fused_softmax.cross_entropy(x, weights, bias, targets, by_class)
    scores = ops.matmul(x, ops.transpose(weights) if by_class else weights)
    scores = scores if bias is None else scores + bias
    gold = ops.squeeze(ops.take_along_axis(scores, ops.expand_dims(targets, 1), axis=1), 1)
    return ops.logsumexp(scores, axis=1) - gold
