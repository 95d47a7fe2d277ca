"""Recurrent layers as ONNX `Scan`s of the cell's step, for cells that ONNX has no operator for."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from onnx import GraphProto, ValueInfoProto, helper

from seqzoo.export.onnx.graph import Graph


def scanned(
    graph: Graph, directions: Sequence[Any], x: Any, states: list[Any] | None, mask: Any
) -> tuple[list[str], list[list[str]]]:
    """A loop for each direction.

    Args:
        graph: gets the loops.
        directions: recurrent layers, the one that reads forwards first.
        x: symbolic tensor (batch, time, features).
        states: first states of all directions, (batch, units) each; None: zeros.
        mask: symbolic tensor, bool (batch, time), or None.

    Returns:
        For each direction the name of its output, (batch, time, units) or of the last step, as the layer
        has it; and for each the names of its last states.
    """
    outputs, ends = [], []
    for number, rnn in enumerate(directions):
        sizes = keras.tree.flatten(rnn.cell.state_size)
        start = number * len(sizes)
        own = states[start : start + len(sizes)] if states else [None] * len(sizes)
        first = [
            _zeros(graph, x, size) if state is None else graph.name(state)
            for state, size in zip(own, sizes, strict=True)
        ]
        every, last, after = _scan(graph, rnn, x, first, mask, backwards=number == 1)
        outputs.append(every if rnn.return_sequences else last)
        ends.append(after)
    return outputs, ends


def _zeros(graph: Graph, x: Any, size: int) -> str:
    """(batch, size)."""
    start, stop = np.array([0], np.int64), np.array([1], np.int64)
    batch = graph.add("Slice", graph.add("Shape", graph.name(x)), start, stop)
    shape = graph.add("Concat", batch, np.array([size], np.int64), axis=0)
    return graph.add("ConstantOfShape", shape)


def _scan(
    graph: Graph, rnn: Any, x: Any, first: list[str], mask: Any, backwards: bool
) -> tuple[str, str, list[str]]:
    """All outputs (batch, time, units), the last, and the last states; a masked step changes nothing."""
    scanned = [x] if mask is None else [x, mask]
    last, *after, every = graph.add_many(
        "Scan",
        _zeros(graph, x, rnn.cell.output_size),
        *first,
        *[graph.name(s) for s in scanned],
        outputs=len(first) + 2,
        body=_step(graph, rnn.cell, x, len(first), mask is not None),
        num_scan_inputs=len(scanned),
        scan_input_axes=[1] * len(scanned),
        scan_input_directions=[int(backwards)] * len(scanned),
        scan_output_axes=[1],
        scan_output_directions=[int(backwards)],
    )
    return every, last, after


def _step(graph: Graph, cell: Any, x: Any, count: int, masked: bool) -> GraphProto:
    """A loop's body.

    Its inputs are the last output, `count` states, x (batch, features), and if `masked` whether each row
    is real, (batch,). Its outputs are the new output and states, and the step's share of all outputs.
    """
    body = Graph(graph)
    hints = ["output", *["state"] * count, "x", *["mask"] * masked]
    names = [graph.fresh(hint) for hint in hints]
    sizes = [cell.output_size, *keras.tree.flatten(cell.state_size)]
    carried = [(None, size) for size in sizes]
    shapes = [*carried, (None, x.shape[-1])]

    # The mask, if there is one, is no input of the cell's: it has no symbol.
    _, *states, now = (
        body.symbol(name, shape, x.dtype)
        for name, shape in zip(names, shapes, strict=False)
    )
    output, after = body.inline(lambda: cell.call(now, states, training=False))
    new = [output, *keras.tree.flatten(after)]
    shown = output
    if masked:
        real = body.add("Unsqueeze", names[-1], np.array([1], np.int64))  # (batch, 1)
        new = [
            body.add("Where", real, value, before)
            for value, before in zip(new, names, strict=False)
        ]
        shown = body.add("Where", real, shown, np.zeros((1, 1), x.dtype))
    results = [body.add("Identity", name) for name in [*new, shown]]

    taken = [(x.dtype, shape) for shape in shapes] + [("bool", (None,))] * masked
    made = [(x.dtype, shape) for shape in [*carried, carried[0]]]
    inputs = [_described(n, *about) for n, about in zip(names, taken, strict=True)]
    outputs = [_described(n, *about) for n, about in zip(results, made, strict=True)]
    return helper.make_graph(body.nodes, graph.fresh("step"), inputs, outputs)


def _described(name: str, dtype: str, shape: Sequence[int | None]) -> ValueInfoProto:
    """The entry of a loop's input or output."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, shape)
