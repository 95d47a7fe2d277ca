"""Compiled recurrent kernels for one CPU: numba alone, no BLAS and no TensorFlow.

`gemm` multiplies matrices, `math` has the activations, `rows` moves rows, `cells` has one step of each
cell forward and back, `sequence` the loop over time on packed rows, `weights` their layout, `memory`
arrays that are used again, `run` whole batches, shared among threads.
"""

import logging

from numba import njit

# "numpy": a division by zero gives infinity; with Python's error no loop with a division in it could
# be turned into vectors. "contract": a product and a sum may become one operation.
OPTIONS = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(function):
    """The function compiled at its first call, and kept on disk where a folder can be written."""
    try:
        return njit(function, cache=True, **OPTIONS)
    except RuntimeError as error:
        logging.getLogger("seqzoo").warning("%s; every process compiles it anew", error)
        return njit(function, **OPTIONS)
