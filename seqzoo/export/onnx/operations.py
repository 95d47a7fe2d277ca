"""Rules from Keras' operations to ONNX operators, one each.

A rule takes the graph, the operation, and the arguments that the operation was called with: symbolic tensors
and constants. It returns the name of the result, or names in the structure of the results.
"""

from typing import Any

import keras
import numpy as np
from onnx import numpy_helper

from seqzoo.errors import InputError
from seqzoo.export.onnx import layers, shapes
from seqzoo.export.onnx.graph import Graph, Rule
from seqzoo.export.onnx.shapes import dtype_of


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


def _two(kind: str) -> Rule:
    """An operator of two tensors, or a tensor and a constant, which gets the tensor's type."""

    def convert(graph: Graph, _operation: Any, a: Any, b: Any = None) -> str:
        a, b = a if b is None else (a, b)  # layers take a list, operations two
        dtype = dtype_of(a, b)
        return graph.add(kind, graph.name(a, dtype), graph.name(b, dtype))

    return convert


def _mod(graph: Graph, operation: Any, a: Any, b: Any) -> str:
    """The remainder of whole numbers: its sign is the divisor's in both. ONNX' of fractions is another."""
    dtype = dtype_of(a, b)
    if not dtype.startswith(("int", "uint")):
        raise InputError(f"ONNX: {operation.name}: expected whole numbers; got {dtype}")
    return _two("Mod")(graph, operation, a, b)


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


def _cumsum(graph: Graph, operation: Any, x: Any) -> str:
    return graph.add("CumSum", graph.name(x), np.array(operation.axis, np.int64))


def _rsqrt(graph: Graph, _operation: Any, x: Any) -> str:
    return graph.add("Reciprocal", graph.add("Sqrt", graph.name(x)))


def _square(graph: Graph, _operation: Any, x: Any) -> str:
    name = graph.name(x)
    return graph.add("Mul", name, name)


RULES: dict[str, Rule] = (
    layers.RULES
    | shapes.RULES
    | {
        "Add": _two("Add"),
        "Cast": _cast,
        "Clip": _clip,
        "Cumsum": _cumsum,
        "Equal": _two("Equal"),
        "Exp": _one("Exp"),
        "ExpandDims": _axes("Unsqueeze"),
        "FullLike": _full_like,
        "LessEqual": _two("LessOrEqual"),
        "Log": _one("Log"),
        "LogSoftmax": _axis("LogSoftmax"),
        "LogicalAnd": _and,
        "Matmul": _two("MatMul"),
        "Max": _reduced("ReduceMax"),
        "Maximum": _two("Max"),
        "Mean": _reduced("ReduceMean"),
        "Minimum": _two("Min"),
        "Mod": _mod,
        "Multiply": _two("Mul"),
        "Negative": _one("Neg"),
        "NotEqual": _not_equal,
        "OnesLike": _filled(1),
        "Power": _two("Pow"),
        "ReLU": _relu,
        "Relu": _one("Relu"),
        "Rsqrt": _rsqrt,
        "Sigmoid": _sigmoid,
        "Softplus": _one("Softplus"),
        "Sqrt": _one("Sqrt"),
        "Square": _square,
        "Squeeze": _axes("Squeeze"),
        "Subtract": _two("Sub"),
        "Sum": _reduced("ReduceSum"),
        "Tanh": _one("Tanh"),
        "TrueDivide": _two("Div"),
        "Where": _where,
        "ZerosLike": _filled(0),
    }
)
