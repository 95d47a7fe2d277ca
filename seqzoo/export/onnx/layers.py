"""Rules from Keras' layers to ONNX operators; see `operations`."""

import keras
import numpy as np
from keras import ops

from seqzoo.errors import InputError
from seqzoo.export.onnx import recurrence, viterbi

LOWEST = float(np.finfo(np.float32).min)
ACTIVATIONS = ("linear", "tanh", "sigmoid", "relu")


def _same(graph, _operation, x, *_arguments, **_keywords):
    return graph.name(x[0] if isinstance(x, list) else x)


def sigmoid(graph, name, dtype) -> str:
    """1 / (1 + e^-x). ONNX Runtime's `Sigmoid` stops at 1.5e-8, so a rarer event had that probability."""
    power = graph.add("Exp", graph.add("Neg", name))
    return graph.add("Reciprocal", graph.add("Add", power, np.array(1, dtype)))


def _embedding(graph, layer, x, reverse=False):
    table = graph.constant(layer.embeddings)
    if not reverse:
        return graph.add("Gather", table, graph.name(x))
    tied = layer.tie_weights
    table = (
        graph.add("Transpose", table, perm=[1, 0])
        if tied
        else graph.constant(layer.reverse_embeddings)
    )
    return graph.add("MatMul", graph.name(x), table)


def _dense(graph, layer, x, **_):
    name = graph.add("MatMul", graph.name(x), graph.constant(layer.kernel))
    if layer.use_bias:
        name = graph.add("Add", name, graph.constant(layer.bias))
    activation = keras.activations.serialize(layer.activation)
    if activation == "softmax":
        return graph.add("Softmax", name, axis=-1)
    if activation not in ACTIVATIONS:
        raise InputError(
            f"ONNX: {layer.name}: activation {activation}: expected one of {list(ACTIVATIONS)}"
        )
    if activation == "sigmoid":
        return sigmoid(graph, name, layer.compute_dtype)
    return name if activation == "linear" else graph.add(activation.capitalize(), name)


def _softmax(graph, layer, x, mask=None, **_):
    """The layer or the operation."""
    name = graph.name(x)
    if mask is not None:
        name = graph.add("Where", graph.name(mask), name, np.array(LOWEST, x.dtype))
    return graph.add("Softmax", name, axis=layer.axis)


def _average(graph, _layer, x, mask=None):
    if mask is None:
        return graph.add("ReduceMean", graph.name(x), axes=[1], keepdims=0)
    weights = graph.inline(lambda: ops.expand_dims(ops.cast(mask, x.dtype), -1))
    time = np.array([1], np.int64)
    total = graph.add(
        "ReduceSum", graph.add("Mul", graph.name(x), weights), time, keepdims=0
    )
    return graph.add("Div", total, graph.add("ReduceSum", weights, time, keepdims=0))


def _maximum_over_time(graph, _layer, x, **_):
    return graph.add("ReduceMax", graph.name(x), axes=[1], keepdims=0)


def _dot(graph, layer, pair):
    """Over the middle axis of both: (batch, time, a), (batch, time, b) -> (batch, a, b)."""
    if (
        layer.axes not in (1, [1, 1], (1, 1))
        or layer.normalize
        or any(len(x.shape) != 3 for x in pair)
    ):
        raise InputError(
            f"ONNX: {layer.name}: expected Dot over axis 1 of two tensors of three axes"
        )
    first = graph.add("Transpose", graph.name(pair[0]), perm=[0, 2, 1])
    return graph.add("MatMul", first, graph.name(pair[1]))


def _flatten(graph, _layer, x):
    return graph.add("Flatten", graph.name(x), axis=1)


RULES = {
    "Bidirectional": recurrence.bidirectional,
    "CRF": viterbi.crf,
    "Dense": _dense,
    "Dot": _dot,
    "Dropout": _same,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "GlobalAveragePooling1D": _average,
    "GlobalMaxPooling1D": _maximum_over_time,
    "RNN": recurrence.layer,
    "Softmax": _softmax,
    "SpatialDropout1D": _same,
    "TokenTypeDropout": _same,
}
