"""A conditional random field in ONNX: the best path by two `Scan`s, forwards and back."""

import numpy as np
from onnx import TensorProto, helper

DOUBLE, INT, BOOL = TensorProto.DOUBLE, TensorProto.INT64, TensorProto.BOOL


def crf(graph, layer, emissions, mask=None):
    """A rule for `seqzoo.layers.CRF`: `tags`, int32 (batch, time), without the potentials that train it.

    Viterbi 1967: the best score of a path that ends in each tag, and the tag before it on that path. What is
    banned weighs minus infinity; a row on which every path is banned gets tag 0 throughout.
    """
    start, transitions, end = (graph.constant(s, np.float64) for s in layer.scores())
    # Sums of hundreds of steps in single precision would decide ties by their rounding.
    x, count = graph.add("Cast", graph.name(emissions), to=DOUBLE), layer.num_tags
    real = graph.name(mask) if mask is not None else _all(graph, x)
    scores, pointers = _forwards(graph, x, real, start, transitions, count)
    scores = graph.add("Add", scores, end)
    last = graph.add("ArgMax", scores, axis=-1, keepdims=0)  # (batch,)
    tags = _back(graph, pointers, last)
    best = graph.add("ReduceMax", scores, axes=[1], keepdims=1)  # (batch, 1)
    possible = graph.add("Greater", best, np.float64(-np.inf))
    tags = graph.add(
        "Mul", tags, graph.add("Cast", graph.add("And", real, possible), to=INT)
    )
    return {"tags": graph.add("Cast", tags, to=TensorProto.INT32), "potentials": ""}


def _all(graph, x):
    """True for each step, (batch, time)."""
    shape = graph.add(
        "Slice", graph.add("Shape", x), *(np.array([n], np.int64) for n in (0, 2))
    )
    yes = helper.make_tensor("", BOOL, [1], [True])
    return graph.add("ConstantOfShape", shape, value=yes)


def _forwards(graph, x, real, start, transitions, count):
    """The scores at the end, (batch, tags), and for each step and tag the tag before, (batch, time, tags).

    The first state is 0 for all tags and `begun` False, so that the first step adds `start`.
    """
    from seqzoo.export.onnx.graph import Graph

    body = Graph(graph)
    names = [graph.fresh(n) for n in ("scores", "begun", "emissions", "real")]
    scores, begun, now, there = names
    paths = body.add(
        "Add", body.add("Unsqueeze", scores, np.array([2], np.int64)), transitions
    )
    pointers = body.add("ArgMax", paths, axis=1, keepdims=0)
    best = body.add("ReduceMax", paths, axes=[1], keepdims=0)
    into = body.add("Where", begun, best, start)
    real_row = body.add("Unsqueeze", there, np.array([1], np.int64))
    new = body.add("Where", real_row, body.add("Add", into, now), scores)
    stay = np.arange(count, dtype=np.int64)[None]
    results = [
        new,
        body.add("Or", begun, real_row),
        body.add("Where", real_row, pointers, stay),
    ]
    results = [body.add("Identity", name) for name in results]
    rows, flags = (None, count), (None, 1)
    given = [(DOUBLE, rows), (BOOL, flags), (DOUBLE, rows), (BOOL, (None,))]
    made = [(DOUBLE, rows), (BOOL, flags), (INT, rows)]
    first = _row(graph, x)
    zeros = graph.add(
        "Mul", graph.add("Squeeze", first, np.array([1], np.int64)), np.float64(0)
    )
    none = graph.add(
        "Not",
        graph.add("Slice", _all(graph, x), *(np.array([n], np.int64) for n in (0, 1, 1))),
    )
    ends = graph.add(
        "Scan", zeros, none, x, real,
        outputs=3,
        body=_loop(graph, body, names, given, results, made),
        num_scan_inputs=2, scan_input_axes=[1, 1], scan_output_axes=[1],
    )  # fmt: skip
    return ends[0], ends[2]


def _row(graph, x):
    """The first step of each row, (batch, 1, tags)."""
    return graph.add("Slice", x, *(np.array([n], np.int64) for n in (0, 1, 1)))


def _back(graph, pointers, last):
    """The tags, int64 (batch, time), from the last one on each path."""
    from seqzoo.export.onnx.graph import Graph

    body = Graph(graph)
    names = [graph.fresh(n) for n in ("tag", "pointers")]
    tag, before = names
    column = body.add("Unsqueeze", tag, np.array([1], np.int64))
    previous = body.add(
        "Squeeze",
        body.add("GatherElements", before, column, axis=1),
        np.array([1], np.int64),
    )
    results = [body.add("Identity", previous), body.add("Identity", tag)]
    row = (INT, (None,))
    _, tags = graph.add(
        "Scan", last, pointers,
        outputs=2,
        body=_loop(graph, body, names, [row, (INT, (None, None))], results, [row, row]),
        num_scan_inputs=1, scan_input_axes=[1], scan_input_directions=[1],
        scan_output_axes=[1], scan_output_directions=[1],
    )  # fmt: skip
    return tags


def _loop(graph, body, names, given, results, made):
    """A loop's body as a graph of its own, of inputs and outputs of given types and shapes."""
    inputs, outputs = (
        [
            helper.make_tensor_value_info(name, *about)
            for name, about in zip(side, kinds, strict=True)
        ]
        for side, kinds in ((names, given), (results, made))
    )
    return helper.make_graph(body.nodes, graph.fresh("step"), inputs, outputs)
