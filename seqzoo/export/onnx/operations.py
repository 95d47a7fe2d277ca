"""Rules from Keras' operations to ONNX operators, one each.

A rule takes the graph, the operation and the arguments it was called with, symbolic tensors and constants,
and gives the name of its result, or names in the structure of the results.
"""

import keras
import numpy as np

from seqzoo.errors import InputError
from seqzoo.export.onnx import layers


def rule(operation):
    """The rule for an operation, or the one that takes it apart."""
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


def _apart(graph, operation, *arguments, **keywords):
    """What a layer computes, from the operations its `call` is made of."""
    return graph.inline(lambda: operation.call(*arguments, **keywords))


def _model(graph, model, inputs, **_):
    """A model used as a layer."""
    given = keras.tree.flatten(inputs)
    for inner, outer in zip(model.inputs, given, strict=True):
        graph.put(inner, graph.name(outer))
    return keras.tree.map_structure(graph.name, model.output)


def _one(kind):
    """An operator of one tensor."""
    return lambda graph, operation, x: graph.add(kind, graph.name(x))


def _relu(graph, operation, x):
    """`keras.activations.relu`, whose operation has settings that ONNX' operator has not."""
    if (operation.negative_slope, operation.max_value, operation.threshold) != (
        0.0,
        None,
        0.0,
    ):
        raise InputError(
            f"ONNX: {operation.name}: expected relu without a slope, a maximum or a threshold"
        )
    return graph.add("Relu", graph.name(x))


def _sigmoid(graph, _operation, x):
    return layers.sigmoid(graph, graph.name(x), x.dtype)


def _two(kind):
    """An operator of two tensors, or a tensor and a constant, which gets the tensor's type."""

    def convert(graph, operation, a, b=None):
        a, b = a if b is None else (a, b)
        dtype = next(x.dtype for x in (a, b) if isinstance(x, keras.KerasTensor))
        return graph.add(kind, graph.name(a, dtype), graph.name(b, dtype))

    return convert


def _axis(kind, axis="axis"):
    """An operator along one axis."""

    def convert(graph, operation, x):
        return graph.add(kind, graph.name(x), axis=getattr(operation, axis))

    return convert


def _axes(kind):
    """An operator on axes that are an input to it."""

    def convert(graph, operation, x):
        axes = (
            operation.axis
            if isinstance(operation.axis, (list, tuple))
            else [operation.axis]
        )
        return graph.add(kind, graph.name(x), np.array(axes, np.int64))

    return convert


def _not_equal(graph, operation, a, b):
    return graph.add("Not", _two("Equal")(graph, operation, a, b))


def _and(graph, _operation, a, b):
    return graph.add("And", graph.name(a), graph.name(b))


def _where(graph, _operation, condition, a, b):
    dtype = next((x.dtype for x in (a, b) if isinstance(x, keras.KerasTensor)), "float32")
    return graph.add(
        "Where", graph.name(condition), graph.name(a, dtype), graph.name(b, dtype)
    )


def _cast(graph, operation, x):
    return graph.cast(graph.name(x), operation.dtype)


def _filled(value):
    """A tensor of the same shape and type, of one number."""

    def convert(graph, _operation, x, **_):
        from onnx import numpy_helper

        number = numpy_helper.from_array(np.array([value], x.dtype))
        return graph.add("ConstantOfShape", graph.add("Shape", graph.name(x)), value=number)

    return convert


def _concatenate(graph, operation, parts, **_):
    dtype = next(x.dtype for x in parts if isinstance(x, keras.KerasTensor))
    return graph.add("Concat", *(graph.name(x, dtype) for x in parts), axis=operation.axis)


def _transpose(graph, operation, x):
    axes = operation.axes
    axes = (
        list(range(len(x.shape)))[::-1]
        if axes is None
        else [a % len(x.shape) for a in axes]
    )
    return graph.add("Transpose", graph.name(x), perm=axes)


def _split(graph, operation, x):
    count, axis = operation.indices_or_sections, operation.axis % len(x.shape)
    size = x.shape[axis]
    if not isinstance(count, int) or size is None:
        raise InputError(
            f"ONNX: split into {count} of {size}: expected equal parts of a known size"
        )
    parts = graph.add(
        "Split",
        graph.name(x),
        np.full(count, size // count, np.int64),
        outputs=count,
        axis=axis,
    )
    return parts if count > 1 else [parts]


def _reduced(kind):
    """A reduction; of `ReduceSum` alone the axes are an input."""

    def convert(graph, operation, x, **_):
        axes = [operation.axis] if isinstance(operation.axis, int) else list(operation.axis)
        keep = int(operation.keepdims)
        if kind == "ReduceSum":
            return graph.add(kind, graph.name(x), np.array(axes, np.int64), keepdims=keep)
        return graph.add(kind, graph.name(x), axes=axes, keepdims=keep)

    return convert


def _clip(graph, operation, x):
    low, high = (np.array(v, x.dtype) for v in (operation.x_min, operation.x_max))
    return graph.add("Clip", graph.name(x), low, high)


def _pad(graph, operation, x, constant_values=None):
    widths = np.array(operation.pad_width, np.int64).T.ravel()
    value = np.array(constant_values or 0, x.dtype)
    if x.dtype != "bool":
        return graph.add("Pad", graph.name(x), widths, value)
    padded = graph.add(
        "Pad", graph.cast(graph.name(x), "int32"), widths, np.array(int(value), np.int32)
    )
    return graph.cast(padded, "bool")


def _get_item(graph, _operation, x, key):
    """x[...] of slices, `None`, whole numbers and `...`."""
    keys = (
        list(key) if isinstance(key, (tuple, list)) else [key]
    )  # a list once it was saved
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        missing = len(x.shape) - sum(k is not None for k in keys) + 1
        keys[place : place + 1] = [slice(None)] * missing
    name, axis, taken, new = graph.name(x), 0, [], []
    for place, one in enumerate(keys):
        if one is None:
            new.append(place - len(taken))
            continue
        if isinstance(one, int):
            one, _ = slice(one, one + 1 or None), taken.append(axis)
        if one != slice(None):
            bounds = (
                one.start or 0,
                np.iinfo(np.int64).max if one.stop is None else one.stop,
                one.step or 1,
            )
            start, stop, step = (np.array([bound], np.int64) for bound in bounds)
            name = graph.add("Slice", name, start, stop, np.array([axis], np.int64), step)
        axis += 1
    if taken:
        name = graph.add("Squeeze", name, np.array(taken, np.int64))
    return graph.add("Unsqueeze", name, np.array(new, np.int64)) if new else name


def _cumsum(graph, operation, x):
    return graph.add("CumSum", graph.name(x), np.array(operation.axis, np.int64))


def _rsqrt(graph, _operation, x):
    return graph.add("Reciprocal", graph.add("Sqrt", graph.name(x)))


def _square(graph, _operation, x):
    name = graph.name(x)
    return graph.add("Mul", name, name)


RULES = layers.RULES | {
    "Add": _two("Add"),
    "Cast": _cast,
    "Clip": _clip,
    "Concatenate": _concatenate,
    "Cumsum": _cumsum,
    "Exp": _one("Exp"),
    "ExpandDims": _axes("Unsqueeze"),
    "GetItem": _get_item,
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
    "ReLU": _relu,
    "Relu": _one("Relu"),
    "Rsqrt": _rsqrt,
    "Sigmoid": _sigmoid,
    "Split": _split,
    "Square": _square,
    "Squeeze": _axes("Squeeze"),
    "Subtract": _two("Sub"),
    "Sum": _reduced("ReduceSum"),
    "Tanh": _one("Tanh"),
    "Transpose": _transpose,
    "TrueDivide": _two("Div"),
    "Where": _where,
    "ZerosLike": _filled(0),
}
