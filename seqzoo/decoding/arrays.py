"""What decoding is written in: `keras.ops` for Keras' tensors, and the same in NumPy for NumPy's arrays.

`ops = arrays.of(x)`, and the rest of a function is one text for both. Keras is imported when a tensor of its
own comes first.
"""

from typing import Any

import numpy as np

from seqzoo.decoding import numpy_arrays


def of(x: Any) -> Any:
    """The operations for arrays of the kind of x: `keras.ops`, or a module with its names and meanings."""
    if isinstance(x, (np.ndarray, np.generic)):
        return numpy_arrays
    from keras import ops

    return ops


def is_false(x: Any) -> bool:
    """Whether x is false, and NumPy's; of Keras' tensors that need not be known yet."""
    return isinstance(x, np.bool_) and not x
