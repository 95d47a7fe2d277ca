"""Decoding is tested on Keras' tensors and on NumPy's arrays alike."""

import keras
import pytest

from seqzoo.decoding import numpy_arrays

KINDS = {"keras": keras.ops, "numpy": numpy_arrays}


@pytest.fixture(params=KINDS)
def ops(request):
    """The operations that a test's model is written in."""
    return KINDS[request.param]
