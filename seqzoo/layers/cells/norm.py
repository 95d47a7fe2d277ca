"""Layer normalisation inside cells."""

from keras import ops


def normalised(z, gain, epsilon):
    """(z - mean) / sqrt(variance + epsilon) * gain, over the last axis (Ba, Kiros & Hinton 2016, eq. 3)."""
    centred = z - ops.mean(z, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
    return centred * ops.rsqrt(variance + epsilon) * gain
