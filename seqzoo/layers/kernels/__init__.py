"""Compiled recurrent kernels for one CPU: numba alone, no BLAS and no TensorFlow.

`gemm` multiplies matrices, `tile` by `tile`. `math` has the functions, `activate` applies them to rows;
`rows` moves rows.
`cells` and `gated` have one step of each cell forward and back, `step` chooses among them, `sequence` has the
loop over time on packed rows, `weights` their layout, `batch` whole batches, shared among threads. `records`
names what they hand each other. `memory` has arrays that are used again. `chain` and `paths` are a CRF's.
`cache` keeps what is compiled.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from numba import njit

from seqzoo.layers.kernels.cache import KernelCache

# "numpy": a division by zero gives infinity; with Python's error no loop with a division in it could
# be turned into vectors. "contract": a product and a sum may become one operation.
OPTIONS: Any = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
# "reassoc": a sum may be taken in any order, in vectors too.
ANY_ORDER: Any = {**OPTIONS, "fastmath": {"contract", "reassoc"}}


def compiled(function: Callable, options: Mapping[str, Any] = OPTIONS) -> Callable:
    """The function compiled at its first call, and kept on disk where a folder can be written."""
    dispatcher: Any = njit(function, **options)
    try:
        dispatcher._cache = KernelCache(
            function
        )  # in place of Numba's own, as `enable_caching` sets it
    except RuntimeError as error:
        logging.getLogger("seqzoo").warning("%s; every process compiles it anew", error)
    return dispatcher


def compiled_in_any_order(function: Callable) -> Callable:
    """`compiled`, for a loop whose sums need no order."""
    return compiled(function, ANY_ORDER)
