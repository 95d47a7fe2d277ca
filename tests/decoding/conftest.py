"""Decoding is tested on Keras' tensors and on NumPy's arrays alike."""

import pytest

from tests.decoding.table import KINDS


@pytest.fixture(params=KINDS)
def ops(request):
    """The operations that a test's model is written in."""
    return KINDS[request.param]
