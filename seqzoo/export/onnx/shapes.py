"""Rules from Keras' operations that only move numbers to ONNX operators; see `operations`."""

from typing import Any

import keras
import numpy as np

from seqzoo.errors import InputError
from seqzoo.export.onnx.graph import Graph, Rule

TO_THE_END = np.iinfo(np.int64).max  # of an axis, for ONNX' `Slice`


def dtype_of(*values: Any) -> str:
    """The type of the first symbolic tensor; constants beside it get the same."""
    return next(x.dtype for x in values if isinstance(x, keras.KerasTensor))


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
    dtype = dtype_of(*parts)
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
    dtype = dtype_of(*parts)
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


def _merge_sentences(graph: Graph, _layer: Any, x: Any) -> str:
    """(batch, sentences, ...) -> (batch * sentences, ...)."""
    name = graph.name(x)
    rest = _sliced(graph, graph.add("Shape", name), slice(2, None), 0)
    shape = graph.add("Concat", np.array([-1], np.int64), rest, axis=0)
    return graph.add("Reshape", name, shape)


def _part_sentences(graph: Graph, _layer: Any, x: Any, rows: Any) -> str:
    """(batch * sentences, size) -> (batch, sentences, size)."""
    batch = _sliced(graph, graph.add("Shape", graph.name(rows)), slice(0, 2), 0)
    size = np.array([x.shape[-1]], np.int64)
    shape = graph.add("Concat", batch, size, axis=0)
    return graph.add("Reshape", graph.name(x), shape)


RULES: dict[str, Rule] = {
    "Concatenate": _concatenate,
    "GetItem": _get_item,
    "MergeSentences": _merge_sentences,
    "Pad": _pad,
    "PartSentences": _part_sentences,
    "Repeat": _repeat,
    "Reshape": _reshape,
    "Split": _split,
    "Stack": _stack,
    "Transpose": _transpose,
    "Unstack": _unstack,
}
