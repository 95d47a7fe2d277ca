"""A conditional random field in ONNX: the best path by two `Scan`s, forwards and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import GraphProto, TensorProto, helper

from seqzoo.export.onnx.graph import Graph

DOUBLE, INT, BOOL = TensorProto.DOUBLE, TensorProto.INT64, TensorProto.BOOL
Kind = tuple[int, tuple[int | None, ...]]  # ONNX' type and the shape of a tensor


def crf(graph: Graph, layer: Any, emissions: Any, mask: Any = None) -> dict[str, str]:
    """A rule for `seqzoo.layers.CRF`: `tags`, int32 (batch, time), without the potentials that train it.

    Viterbi (1967): for each step and tag the best score of a path that ends there, and the tag before it on
    that path. A banned transition weighs minus infinity. A row on which every path is banned gets tag 0
    throughout.
    """
    start, transitions, end = (graph.constant(s, np.float64) for s in layer.scores())
    # Sums of hundreds of steps in single precision would decide ties by their rounding.
    x = graph.add("Cast", graph.name(emissions), to=DOUBLE)  # (batch, time, tags)
    real = graph.name(mask) if mask is not None else _all(graph, x)
    scores, pointers = _forwards(graph, x, real, start, transitions, layer.num_tags)
    scores = graph.add("Add", scores, end)

    last = graph.add("ArgMax", scores, axis=-1, keepdims=0)  # (batch,)
    tags = _back(graph, pointers, last)
    best = graph.add("ReduceMax", scores, axes=[1], keepdims=1)  # (batch, 1)
    possible = graph.add("Greater", best, np.float64(-np.inf))
    counts = graph.add("Cast", graph.add("And", real, possible), to=INT)
    tags = graph.add("Mul", tags, counts)
    return {"tags": graph.add("Cast", tags, to=TensorProto.INT32), "potentials": ""}


def _slice(graph: Graph, name: str, *bounds: int) -> str:
    """x[bounds], of start, stop and perhaps the axis."""
    return graph.add("Slice", name, *(np.array([n], np.int64) for n in bounds))


def _all(graph: Graph, x: str) -> str:
    """True for each step, (batch, time)."""
    shape = _slice(graph, graph.add("Shape", x), 0, 2)
    yes = helper.make_tensor("", BOOL, [1], [True])
    return graph.add("ConstantOfShape", shape, value=yes)


def _forwards(
    graph: Graph, x: str, real: str, start: str, transitions: str, count: int
) -> tuple[str, str]:
    """The scores at the end, (batch, tags), and for each step and tag the tag before, (batch, time, tags).

    The first state is 0 for all tags and `begun` False, so that the first step adds `start`.
    """
    # (batch, 1, tags) -> (batch, tags)
    first = graph.add("Squeeze", _slice(graph, x, 0, 1, 1), np.array([1], np.int64))
    zeros = graph.add("Mul", first, np.float64(0))
    none = graph.add("Not", _slice(graph, _all(graph, x), 0, 1, 1))  # (batch, 1)
    scores, _, pointers = graph.add_many(
        "Scan",
        zeros,
        none,
        x,
        real,
        outputs=3,
        body=_forward_step(graph, start, transitions, count),
        num_scan_inputs=2,
        scan_input_axes=[1, 1],
        scan_output_axes=[1],
    )
    return scores, pointers


def _forward_step(graph: Graph, start: str, transitions: str, count: int) -> GraphProto:
    """From scores, whether rows have begun, a step's emissions and whether it is real, to the scores behind
    it, whether rows have begun by then, and the tag before each tag."""
    body = Graph(graph)
    names = [graph.fresh(n) for n in ("scores", "begun", "emissions", "real")]
    scores, begun, emissions, real = names

    # (batch, tags) -> (batch, tags, 1), and with the transitions (batch, before, after)
    column = body.add("Unsqueeze", scores, np.array([2], np.int64))
    paths = body.add("Add", column, transitions)
    pointers = body.add("ArgMax", paths, axis=1, keepdims=0)
    best = body.add("ReduceMax", paths, axes=[1], keepdims=0)
    into = body.add("Where", begun, best, start)

    # A step that is not real changes nothing: each tag points at itself.
    real_row = body.add("Unsqueeze", real, np.array([1], np.int64))  # (batch, 1)
    stay = np.arange(count, dtype=np.int64)[None]  # (1, tags)
    results = [
        body.add("Where", real_row, body.add("Add", into, emissions), scores),
        body.add("Or", begun, real_row),
        body.add("Where", real_row, pointers, stay),
    ]
    results = [body.add("Identity", name) for name in results]

    rows, flags = (None, count), (None, 1)
    taken: list[Kind] = [(DOUBLE, rows), (BOOL, flags), (DOUBLE, rows), (BOOL, (None,))]
    made: list[Kind] = [(DOUBLE, rows), (BOOL, flags), (INT, rows)]
    return _loop(graph, body, names, taken, results, made)


def _back(graph: Graph, pointers: str, last: str) -> str:
    """The tags, int64 (batch, time), from the last one on each path."""
    _, tags = graph.add_many(
        "Scan",
        last,
        pointers,
        outputs=2,
        body=_backward_step(graph),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_input_directions=[1],
        scan_output_axes=[1],
        scan_output_directions=[1],
    )
    return tags


def _backward_step(graph: Graph) -> GraphProto:
    """From a step's tag and its pointers to the tag before, and the tag itself."""
    body = Graph(graph)
    names = [graph.fresh(n) for n in ("tag", "pointers")]
    tag, pointers = names
    column = body.add("Unsqueeze", tag, np.array([1], np.int64))  # (batch, 1)
    before = body.add("GatherElements", pointers, column, axis=1)
    previous = body.add("Squeeze", before, np.array([1], np.int64))  # (batch,)
    results = [body.add("Identity", previous), body.add("Identity", tag)]
    row: Kind = (INT, (None,))
    return _loop(graph, body, names, [row, (INT, (None, None))], results, [row, row])


def _loop(
    graph: Graph,
    body: Graph,
    names: Sequence[str],
    taken: Sequence[Kind],
    results: Sequence[str],
    made: Sequence[Kind],
) -> GraphProto:
    """A loop's body as a graph of its own.

    Args:
        graph: the graph that the loop is in.
        body: the loop's nodes.
        names, taken: of the inputs, and their types and shapes.
        results, made: of the outputs, likewise.
    """
    make = helper.make_tensor_value_info
    inputs = [make(name, *kind) for name, kind in zip(names, taken, strict=True)]
    outputs = [make(name, *kind) for name, kind in zip(results, made, strict=True)]
    return helper.make_graph(body.nodes, graph.fresh("step"), inputs, outputs)
