"""An artifact's graph with the weights in it: one file that any ONNX runtime loads."""

from collections.abc import Mapping

import numpy as np
import onnx

from seqzoo.engine import GraphFile
from seqzoo.errors import InputError

LARGEST = 2**30  # bytes of weights: protocol buffers end at twice that


def embedded(graph: bytes, weights: Mapping[str, np.ndarray]) -> bytes:
    """Put the weights that a graph takes from another file into the graph.

    Args:
        graph: an ONNX file as an artifact has it.
        weights: name -> array.

    Returns:
        The new file.

    Raises:
        InputError: if the graph is refused (see `GraphFile`), lacks weights, or gets too large.
    """
    stored = GraphFile.parse(graph).stored
    model = onnx.ModelProto.FromString(graph)
    size = 0
    for tensor in model.graph.initializer:
        if tensor.name not in stored:
            continue
        expected = stored[tensor.name]
        array = weights.get(tensor.name)
        if array is None or array.shape != expected.shape:
            raise InputError(f"{tensor.name[:80]}: expected weights {expected.shape}")
        content = np.ascontiguousarray(array, np.dtype(expected.dtype).newbyteorder("<"))
        size += content.nbytes
        if size > LARGEST:
            raise InputError(f"weights of more than {LARGEST:,} bytes")
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")
        tensor.raw_data = content.tobytes()
    return model.SerializeToString()
