"""Rules from Keras' operations to ONNX operators, one each.

A rule takes the graph, the operation, and the arguments that the operation was called with: symbolic tensors
and constants. It returns the name of the result, or names in the structure of the results.
"""

from typing import Any

import keras
import numpy as np
from onnx import numpy_helper

from seqzoo.errors import InputError
from seqzoo.export.onnx import layers
from seqzoo.export.onnx.graph import Graph, Rule

TO_THE_END = np.iinfo(np.int64).max  # of an axis, for ONNX' `Slice`


def rule(operation: Any) -> Rule:
    """The rule for an operation of Keras', or for a layer without one the rule that takes it apart.

    Raises:
        InputError: if there is no rule for an operation.
    """
    if isinstance(operation, keras.Model):
        return _model
    for kind in type(operation).__mro__:
        if kind.__name__ in RULES:
            return RULES[kind.__name__]
    if isinstance(operation, keras.layers.Layer):
        return _apart
    raise InputError(
        f"ONNX: {type(operation).__name__} ({operation.name}): seqzoo has no rule for it"
    )


def _apart(graph: Graph, layer: Any, *arguments: Any, **keywords: Any) -> Any:
    """What a layer computes, from the operations its `call` is made of."""
    return graph.inline(lambda: layer.call(*arguments, **keywords))


def _model(graph: Graph, model: Any, inputs: Any, **_: Any) -> Any:
    """A model used as a layer."""
    given = keras.tree.flatten(inputs)
    for inner, outer in zip(model.inputs, given, strict=True):
        graph.put(inner, graph.name(outer))
    return keras.tree.map_structure(graph.name, model.output)


def _one(kind: str) -> Rule:
    """An operator of one tensor."""

    def convert(graph: Graph, _operation: Any, x: Any) -> str:
        return graph.add(kind, graph.name(x))

    return convert


def _relu(graph: Graph, operation: Any, x: Any) -> str:
    """`keras.activations.relu`, whose operation has settings that ONNX' operator has not."""
    settings = (operation.negative_slope, operation.max_value, operation.threshold)
    if settings != (0.0, None, 0.0):
        raise InputError(
            f"ONNX: {operation.name}: expected relu without a slope, a maximum or a threshold"
        )
    return graph.add("Relu", graph.name(x))


def _sigmoid(graph: Graph, _operation: Any, x: Any) -> str:
    return layers.sigmoid(graph, graph.name(x), x.dtype)


def _dtype_of(*values: Any) -> str:
    """The type of the first symbolic tensor; constants beside it get the same."""
    return next(x.dtype for x in values if isinstance(x, keras.KerasTensor))


def _two(kind: str) -> Rule:
    """An operator of two tensors, or a tensor and a constant, which gets the tensor's type."""

    def convert(graph: Graph, _operation: Any, a: Any, b: Any = None) -> str:
        a, b = a if b is None else (a, b)  # layers take a list, operations two
        dtype = _dtype_of(a, b)
        return graph.add(kind, graph.name(a, dtype), graph.name(b, dtype))

    return convert


def _axis(kind: str) -> Rule:
    """An operator along one axis."""

    def convert(graph: Graph, operation: Any, x: Any) -> str:
        return graph.add(kind, graph.name(x), axis=operation.axis)

    return convert


def _axes_of(operation: Any) -> list[int]:
    axis = operation.axis
    return list(axis) if isinstance(axis, (list, tuple)) else [axis]


def _axes(kind: str) -> Rule:
    """An operator on axes that are an input to it."""

    def convert(graph: Graph, operation: Any, x: Any) -> str:
        return graph.add(kind, graph.name(x), np.array(_axes_of(operation), np.int64))

    return convert


def _not_equal(graph: Graph, operation: Any, a: Any, b: Any) -> str:
    return graph.add("Not", _two("Equal")(graph, operation, a, b))


def _and(graph: Graph, _operation: Any, a: Any, b: Any) -> str:
    return graph.add("And", graph.name(a), graph.name(b))


def _where(graph: Graph, _operation: Any, condition: Any, a: Any, b: Any) -> str:
    dtype = next((x.dtype for x in (a, b) if isinstance(x, keras.KerasTensor)), "float32")
    return graph.add(
        "Where", graph.name(condition), graph.name(a, dtype), graph.name(b, dtype)
    )


def _cast(graph: Graph, operation: Any, x: Any) -> str:
    return graph.cast(graph.name(x), operation.dtype)


def _filled(value: float) -> Rule:
    """A tensor of the same shape, of one number."""

    def convert(graph: Graph, operation: Any, x: Any, **_: Any) -> str:
        dtype = getattr(operation, "dtype", None) or x.dtype
        number = numpy_helper.from_array(np.array([value], dtype))
        return graph.add("ConstantOfShape", graph.add("Shape", graph.name(x)), value=number)

    return convert


def _full_like(graph: Graph, operation: Any, x: Any, fill_value: Any) -> str:
    return _filled(fill_value)(graph, operation, x)


def _unstack(graph: Graph, operation: Any, x: Any) -> list[str]:
    """One tensor without the axis for each place on it."""
    axis = operation.axis % len(x.shape)
    count = x.shape[axis]
    if count is None:
        raise InputError("ONNX: unstack: expected an axis of a known size")
    name = graph.name(x)
    return [
        graph.add("Gather", name, np.array(place, np.int64), axis=axis)
        for place in range(count)
    ]


def _concatenate(graph: Graph, operation: Any, parts: Any, **_: Any) -> str:
    dtype = _dtype_of(*parts)
    return graph.add("Concat", *(graph.name(x, dtype) for x in parts), axis=operation.axis)


def _transpose(graph: Graph, operation: Any, x: Any) -> str:
    rank, axes = len(x.shape), operation.axes
    order = range(rank)[::-1] if axes is None else [axis % rank for axis in axes]
    return graph.add("Transpose", graph.name(x), perm=list(order))


def _split(graph: Graph, operation: Any, x: Any) -> list[str]:
    parts, axis = operation.indices_or_sections, operation.axis % len(x.shape)
    size = x.shape[axis]
    if size is None:
        raise InputError(f"ONNX: split into {parts}: expected an axis of a known size")
    if isinstance(parts, int):
        parts = [size // parts * n for n in range(1, parts)]
    sizes = np.diff([0, *parts, size]).astype(np.int64)
    name = graph.name(x)
    return graph.add_many("Split", name, sizes, outputs=len(sizes), axis=axis)


def _reduced(kind: str) -> Rule:
    """A reduction over some axes, which of ONNX' `ReduceSum` alone are an input."""

    def convert(graph: Graph, operation: Any, x: Any, **_: Any) -> str:
        axes, keep = _axes_of(operation), int(operation.keepdims)
        if kind == "ReduceSum":
            return graph.add(kind, graph.name(x), np.array(axes, np.int64), keepdims=keep)
        return graph.add(kind, graph.name(x), axes=axes, keepdims=keep)

    return convert


def _clip(graph: Graph, operation: Any, x: Any) -> str:
    low, high = np.array(operation.x_min, x.dtype), np.array(operation.x_max, x.dtype)
    return graph.add("Clip", graph.name(x), low, high)


def _pad(graph: Graph, operation: Any, x: Any, constant_values: Any = None) -> str:
    # (axes, 2) -> all beginnings, then all ends
    widths = np.array(operation.pad_width, np.int64).T.ravel()
    value = constant_values or 0
    if x.dtype != "bool":
        return graph.add("Pad", graph.name(x), widths, np.array(value, x.dtype))
    numbers = graph.cast(graph.name(x), "int32")  # ONNX pads no truth values
    filler = np.array(bool(value), np.int32)
    return graph.cast(graph.add("Pad", numbers, widths, filler), "bool")


def _get_item(graph: Graph, _operation: Any, x: Any, key: Any) -> str:
    """x[...] of slices, `None`, whole numbers and `...`."""
    keys = list(key) if isinstance(key, (tuple, list)) else [key]  # a list once saved
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        missing = len(x.shape) - sum(k is not None for k in keys) + 1
        keys[place : place + 1] = [slice(None)] * missing

    name = graph.name(x)
    axis = 0  # of x, that the next key is for
    taken: list[int] = []  # axes of x that a whole number leaves none of
    new: list[int] = []  # axes of the result that `None` makes
    for place, one in enumerate(keys):
        if one is None:
            new.append(place - len(taken))
            continue
        if isinstance(one, int):
            one = slice(one, one + 1 or None)  # -1 ends at the end, not at 0
            taken.append(axis)
        if one != slice(None):
            name = _sliced(graph, name, one, axis)
        axis += 1

    if taken:
        name = graph.add("Squeeze", name, np.array(taken, np.int64))
    if new:
        name = graph.add("Unsqueeze", name, np.array(new, np.int64))
    return name


def _sliced(graph: Graph, name: str, part: slice, axis: int) -> str:
    """A slice along one axis."""
    stop = TO_THE_END if part.stop is None else part.stop
    bounds = (part.start or 0, stop, axis, part.step or 1)
    return graph.add("Slice", name, *(np.array([bound], np.int64) for bound in bounds))


def _cumsum(graph: Graph, operation: Any, x: Any) -> str:
    return graph.add("CumSum", graph.name(x), np.array(operation.axis, np.int64))


def _rsqrt(graph: Graph, _operation: Any, x: Any) -> str:
    return graph.add("Reciprocal", graph.add("Sqrt", graph.name(x)))


def _square(graph: Graph, _operation: Any, x: Any) -> str:
    name = graph.name(x)
    return graph.add("Mul", name, name)


def _reshape(graph: Graph, operation: Any, x: Any) -> str:
    """The operation, or the layer, whose shape does not name the batch; one size may be -1."""
    if isinstance(operation, keras.layers.Layer):
        shape = (0, *operation.target_shape)  # 0: as it is
    else:
        shape = tuple(operation.newshape)
    return graph.add("Reshape", graph.name(x), np.array(shape, np.int64))


def _stack(graph: Graph, operation: Any, parts: Any) -> str:
    axis = operation.axis % (len(parts[0].shape) + 1)
    place = np.array([axis], np.int64)
    dtype = _dtype_of(*parts)
    names = [graph.add("Unsqueeze", graph.name(x, dtype), place) for x in parts]
    return graph.add("Concat", *names, axis=axis)


def _repeat(graph: Graph, operation: Any, x: Any) -> str:
    """Each place along an axis a number of times."""
    axis, rank = operation.axis % len(x.shape), len(x.shape)
    if not isinstance(operation.repeats, int):
        raise InputError("ONNX: repeat: expected one number of repeats for all")
    rest = [size for place, size in enumerate(x.shape) if place != axis]
    if rest.count(None) > (x.shape[axis] is not None):
        raise InputError("ONNX: repeat: expected one axis at most of an open size")

    wider = graph.add("Unsqueeze", graph.name(x), np.array([axis + 1], np.int64))
    times = np.ones(rank + 1, np.int64)
    times[axis + 1] = operation.repeats
    tiled = graph.add("Tile", wider, times)
    # (..., size, repeats, ...) -> (..., size * repeats, ...)
    sizes = [-1 if size is None else size for size in x.shape]
    sizes[axis] = -1 if sizes[axis] == -1 else sizes[axis] * operation.repeats
    return graph.add("Reshape", tiled, np.array(sizes, np.int64))


RULES: dict[str, Rule] = layers.RULES | {
    "Add": _two("Add"),
    "Cast": _cast,
    "Clip": _clip,
    "Concatenate": _concatenate,
    "Cumsum": _cumsum,
    "Equal": _two("Equal"),
    "Exp": _one("Exp"),
    "ExpandDims": _axes("Unsqueeze"),
    "FullLike": _full_like,
    "GetItem": _get_item,
    "LessEqual": _two("LessOrEqual"),
    "Log": _one("Log"),
    "LogSoftmax": _axis("LogSoftmax"),
    "LogicalAnd": _and,
    "Matmul": _two("MatMul"),
    "Max": _reduced("ReduceMax"),
    "Maximum": _two("Max"),
    "Mean": _reduced("ReduceMean"),
    "Multiply": _two("Mul"),
    "Negative": _one("Neg"),
    "NotEqual": _not_equal,
    "OnesLike": _filled(1),
    "Pad": _pad,
    "Power": _two("Pow"),
    "ReLU": _relu,
    "Relu": _one("Relu"),
    "Repeat": _repeat,
    "Reshape": _reshape,
    "Rsqrt": _rsqrt,
    "Sigmoid": _sigmoid,
    "Softplus": _one("Softplus"),
    "Split": _split,
    "Sqrt": _one("Sqrt"),
    "Square": _square,
    "Squeeze": _axes("Squeeze"),
    "Stack": _stack,
    "Subtract": _two("Sub"),
    "Sum": _reduced("ReduceSum"),
    "Tanh": _one("Tanh"),
    "Transpose": _transpose,
    "TrueDivide": _two("Div"),
    "Unstack": _unstack,
    "Where": _where,
    "ZerosLike": _filled(0),
}
