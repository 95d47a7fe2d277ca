"""Convolutions over time that padding does not change."""

from collections.abc import Sequence

from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Tensor
from seqzoo.models.stack import check_positive

# Keras' 0.99 forgets its first statistics after hundreds of steps: a small training set has fewer.
MOMENTUM = 0.9


def convolved(
    x: Tensor, mask: Tensor, filters: Sequence[int], kernel_sizes: Sequence[int]
) -> Tensor:
    """Convolutions, each with batch normalisation and ReLU (Wang et al. 2017, section III B).

    Args:
        x: float32 (batch, time, channels), right-padded.
        mask: bool (batch, time).
        filters: of each convolution.
        kernel_sizes: steps that the filters see; the last is that of further convolutions.

    Returns:
        float32 (batch, time, last of `filters`), zeros where there is padding.

    Raises:
        InputError: on numbers that are no sizes.
    """
    if not kernel_sizes:
        raise InputError("kernel_sizes: expected at least one; got none")
    for number, count in enumerate(filters):
        size = kernel_sizes[min(number, len(kernel_sizes) - 1)]
        check_positive(convolution=count, kernel_sizes=size)
        # What a row has behind its end is what a row that ends there would be padded with: zeros.
        x = layers.Conv1D(count, size, padding="same", name=f"convolution_{number + 1}")(
            _without_padding(x, mask)
        )
        x = layers.BatchNormalization(
            momentum=MOMENTUM, name=f"normalization_{number + 1}"
        )(x, mask=mask)
        x = layers.ReLU(name=f"relu_{number + 1}")(x)
    return _without_padding(x, mask)


def _without_padding(x: Tensor, mask: Tensor) -> Tensor:
    """x (batch, time, channels) with zeros where there is padding."""
    return ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))
