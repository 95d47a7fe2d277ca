"""The labels of a chain of tags: their shape, and what they may be."""

import numpy as np
from keras import ops

from seqzoo.layers.tensors import Tensor


def check_shape(labels: Tensor, potentials: Tensor) -> None:
    """Refuse labels of a shape that is not the potentials'.

    Raises:
        ValueError: naming both.
    """
    batch, time, _, count = potentials.shape
    expected = (batch, time, count)[: max(2, len(labels.shape))]
    pairs = zip(labels.shape, expected, strict=False)
    if len(labels.shape) not in (2, 3) or any(
        None not in pair and pair[0] != pair[1] for pair in pairs
    ):
        raise ValueError(
            f"labels: expected int {(batch, time)}, or bool {(batch, time, count)}; got {tuple(labels.shape)}"
        )


def check_labels(labels: np.ndarray, real: np.ndarray, count: int) -> np.ndarray:
    """Labels as int32 (batch, time) or bool (batch, time, tags).

    Args:
        labels: numbers of any type, (batch, time), or (batch, time, tags) for flags.
        real: bool (batch, time); what stands at other steps does not count and becomes -1.
        count: how many tags there are.

    Raises:
        ValueError: on another shape; or naming the first label that is no tag, its row and its step.
    """
    expected = (*real.shape, count)[: max(2, labels.ndim)]
    if labels.shape != expected:
        raise ValueError(
            f"labels: expected int {real.shape}, or bool {(*real.shape, count)}; got {labels.shape}"
        )
    if labels.ndim == 3:
        return labels.astype(bool)
    wrong = real & ~((labels >= -1) & (labels < count) & (labels == np.floor(labels)))
    if wrong.any():
        row, step = np.argwhere(wrong)[0]
        raise ValueError(
            f"labels: expected 0 to {count - 1}, or -1 where it is not known; got {labels[row, step]:g} in "
            f"row {row}, step {step}"
        )
    return np.where(real, labels, -1).astype(np.int32)


def check_at_once(labels: Tensor, real: Tensor, count: int) -> None:
    """`check_labels` where there are values: not in a graph that is being built or compiled."""
    try:
        labels, real = ops.convert_to_numpy(labels), ops.convert_to_numpy(real)
    except (NotImplementedError, TypeError, RuntimeError):  # each backend has its own
        return
    check_labels(labels, real, count)
