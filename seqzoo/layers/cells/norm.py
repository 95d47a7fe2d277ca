"""Layer normalisation inside cells."""

from keras import ops

from seqzoo.layers.tensors import Tensor


def normalised(z: Tensor, gain: Tensor, epsilon: float) -> Tensor:
    """(z - mean) / sqrt(variance + epsilon) * gain, over the last axis (Ba, Kiros & Hinton 2016, eq. 3)."""
    centred = z - ops.mean(z, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
    return centred * ops.rsqrt(variance + epsilon) * gain
