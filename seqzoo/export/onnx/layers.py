"""Rules from Keras' layers to ONNX operators; see `operations`."""

from typing import Any

import keras
import numpy as np
from keras import ops

from seqzoo.errors import InputError
from seqzoo.export.onnx import recurrence, viterbi
from seqzoo.export.onnx.graph import Graph, Rule

LOWEST = float(np.finfo(np.float32).min)
PADDINGS = {"same": "SAME_UPPER", "valid": "VALID"}
ACTIVATIONS = ("linear", "tanh", "sigmoid", "relu")


def _same(graph: Graph, _layer: Any, x: Any, *_arguments: Any, **_keywords: Any) -> str:
    """A layer that does nothing outside of training."""
    return graph.name(x[0] if isinstance(x, list) else x)


def sigmoid(graph: Graph, name: str, dtype: str) -> str:
    """The name of 1 / (1 + e^-x), for the name of x, of that dtype.

    ONNX Runtime's `Sigmoid` is never below 1.5e-8: a rarer event would get that probability.
    """
    power = graph.add("Exp", graph.add("Neg", name))
    return graph.add("Reciprocal", graph.add("Add", power, np.array(1, dtype)))


def _embedding(graph: Graph, layer: Any, x: Any, reverse: bool = False) -> str:
    """Ids to vectors; `reverse`: vectors to a score for each id."""
    table = graph.name(layer.embeddings)
    if not reverse:
        # The cast does nothing, unless the table is stored in half precision.
        rows = graph.add("Gather", table, graph.name(x))
        return graph.cast(rows, "float32") if graph.weights_lie_elsewhere else rows
    if layer.tie_weights:
        table = graph.add("Transpose", table, perm=[1, 0])  # (ids, size) -> (size, ids)
    else:
        table = graph.name(layer.reverse_embeddings)
    return graph.add("MatMul", graph.name(x), table)


def _dense(graph: Graph, layer: Any, x: Any, **_: Any) -> str:
    name = graph.add("MatMul", graph.name(x), graph.name(layer.kernel))
    if layer.use_bias:
        name = graph.add("Add", name, graph.name(layer.bias))
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


def _softmax(graph: Graph, layer: Any, x: Any, mask: Any = None, **_: Any) -> str:
    """The layer or the operation."""
    name = graph.name(x)
    if mask is not None:
        name = graph.add("Where", graph.name(mask), name, np.array(LOWEST, x.dtype))
    return graph.add("Softmax", name, axis=layer.axis)


def _average(graph: Graph, _layer: Any, x: Any, mask: Any = None) -> str:
    """(batch, time, size) -> (batch, size), over the steps that the mask leaves."""
    if mask is None:
        return graph.add("ReduceMean", graph.name(x), axes=[1], keepdims=0)
    time = np.array([1], np.int64)
    weights = graph.inline(
        lambda: ops.expand_dims(ops.cast(mask, x.dtype), -1)  # (batch, time, 1)
    )
    weighted = graph.add("Mul", graph.name(x), weights)
    total = graph.add("ReduceSum", weighted, time, keepdims=0)  # (batch, size)
    count = graph.add("ReduceSum", weights, time, keepdims=0)  # (batch, 1)
    return graph.add("Div", total, count)


def _maximum_over_time(graph: Graph, _layer: Any, x: Any, **_: Any) -> str:
    """(batch, time, size) -> (batch, size)."""
    return graph.add("ReduceMax", graph.name(x), axes=[1], keepdims=0)


def _dot(graph: Graph, layer: Any, pair: Any) -> str:
    """Over the middle axis of both: (batch, time, a), (batch, time, b) -> (batch, a, b)."""
    over_time = layer.axes in (1, [1, 1], (1, 1))
    if not over_time or layer.normalize or any(len(x.shape) != 3 for x in pair):
        raise InputError(
            f"ONNX: {layer.name}: expected Dot over axis 1 of two tensors of three axes"
        )
    first = graph.add("Transpose", graph.name(pair[0]), perm=[0, 2, 1])
    return graph.add("MatMul", first, graph.name(pair[1]))


def _flatten(graph: Graph, _layer: Any, x: Any) -> str:
    """(batch, ...) -> (batch, numbers of a row)."""
    return graph.add("Flatten", graph.name(x), axis=1)


def _convolution(graph: Graph, layer: Any, x: Any) -> str:
    """Over time or a picture: (batch, ..., channels) -> (batch, ..., filters)."""
    if layer.data_format != "channels_last" or layer.groups != 1:
        raise InputError(f"ONNX: {layer.name}: expected channels last, in one group")
    if layer.padding not in PADDINGS:
        raise InputError(f"ONNX: {layer.name}: padding {layer.padding}: no rule for it")
    if keras.activations.serialize(layer.activation) != "linear":
        raise InputError(f"ONNX: {layer.name}: expected no activation in a convolution")
    rank = len(x.shape) - 2
    # (..., channels, filters) -> (filters, channels, ...)
    order = [rank + 1, rank, *range(rank)]
    kernel = graph.add("Transpose", graph.name(layer.kernel), perm=order)
    inputs = [_channels_first(graph, graph.name(x), rank), kernel]
    if layer.use_bias:
        inputs.append(graph.name(layer.bias))
    name = graph.add(
        "Conv",
        *inputs,
        auto_pad=PADDINGS[layer.padding],
        strides=list(layer.strides),
        dilations=list(layer.dilation_rate),
    )
    return _channels_last(graph, name, rank)


def _channels_first(graph: Graph, name: str, rank: int) -> str:
    """(batch, ..., channels) -> (batch, channels, ...), of so many axes between."""
    return graph.add("Transpose", name, perm=[0, rank + 1, *range(1, rank + 1)])


def _channels_last(graph: Graph, name: str, rank: int) -> str:
    """(batch, channels, ...) -> (batch, ..., channels)."""
    return graph.add("Transpose", name, perm=[0, *range(2, rank + 2), 1])


def _maximum_of_squares(graph: Graph, layer: Any, x: Any) -> str:
    """The maximum of pixels beside each other: (batch, height, width, channels), fewer of both."""
    if layer.data_format != "channels_last" or layer.padding not in PADDINGS:
        raise InputError(f"ONNX: {layer.name}: expected channels last; got {layer.padding}")
    name = graph.add(
        "MaxPool",
        _channels_first(graph, graph.name(x), 2),
        auto_pad=PADDINGS[layer.padding],
        kernel_shape=list(layer.pool_size),
        strides=list(layer.strides),
    )
    return _channels_last(graph, name, 2)


def _batch_normalization(graph: Graph, layer: Any, x: Any, **_: Any) -> str:
    """Outside of training: by the moving mean and variance, along the last axis."""
    if layer.axis not in (-1, len(x.shape) - 1):
        raise InputError(f"ONNX: {layer.name}: expected the last axis; got {layer.axis}")
    epsilon = np.array(layer.epsilon, x.dtype)
    variance = graph.add("Add", graph.name(layer.moving_variance), epsilon)
    name = graph.add("Sub", graph.name(x), graph.name(layer.moving_mean))
    name = graph.add("Div", name, graph.add("Sqrt", variance))
    if layer.scale:
        name = graph.add("Mul", name, graph.name(layer.gamma))
    return graph.add("Add", name, graph.name(layer.beta)) if layer.center else name


RULES: dict[str, Rule] = {
    "BatchNormalization": _batch_normalization,
    "Bidirectional": recurrence.bidirectional,
    "CRF": viterbi.crf,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Dense": _dense,
    "Dot": _dot,
    "Dropout": _same,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "GlobalAveragePooling1D": _average,
    "GlobalMaxPooling1D": _maximum_over_time,
    "Identity": _same,
    "MaxPooling2D": _maximum_of_squares,
    "RNN": recurrence.layer,
    "Softmax": _softmax,
    "SpatialDropout1D": _same,
    "TokenTypeDropout": _same,
}
