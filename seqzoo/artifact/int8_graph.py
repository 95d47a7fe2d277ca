"""A graph that takes rows of a table of whole numbers, and multiplies each with its scale.

See `seqzoo.artifact.int8_rows`. Where the graph has `Gather(table, ids)` and `Cast` to float32, it gets
`Mul(Cast(Gather(rows, ids)), Gather(scales, ids))`: the same numbers as Keras has, bit for bit.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seqzoo.artifact import int8_rows

if TYPE_CHECKING:
    import onnx

SCALE_BYTES = 4  # what a row costs beside its whole numbers


def scale_tables(graph: "onnx.GraphProto", names: set[str]) -> None:
    """Let a graph take these tables as whole numbers and scales; both become initializers of it.

    Args:
        graph: changed; of each table it takes rows, which it makes float32, and nothing else.
        names: initializers of it.
    """
    from onnx import TensorProto

    for tensor in [each for each in graph.initializer if each.name in names]:
        rows, scales = int8_rows.names(tensor.name)
        beside = graph.initializer.add()
        beside.CopyFrom(tensor)
        beside.name, beside.dims[:] = scales, [tensor.dims[0], 1]
        tensor.name, tensor.data_type = rows, TensorProto.INT8
    for each in graphs(graph):
        _scale_in(each, names)


def narrowable(path: Path) -> set[str]:
    """The tables of a graph that are smaller as whole numbers than in half precision.

    Args:
        path: of an ONNX file whose weights lie in a file beside it.
    """
    import onnx

    graph = onnx.ModelProto.FromString(path.read_bytes()).graph
    taken = tables(graph)
    return {
        tensor.name
        for tensor in graph.initializer
        if tensor.name in taken
        and tensor.external_data
        and len(tensor.dims) == 2
        and tensor.dims[1] > SCALE_BYTES
    }


def tables(graph: "onnx.GraphProto") -> set[str]:
    """Arrays of which rows are gathered and made float32, and nothing else is done with."""
    rows: dict[str, str] = {}  # what a node gathers -> the array
    others = set()
    nodes = [node for each in graphs(graph) for node in each.node]
    for node in nodes:
        for place, name in enumerate(node.input):
            if node.op_type == "Gather" and not place:
                rows[node.output[0]] = name
            else:
                others.add(name)
    narrow = {
        rows[name]
        for node in nodes
        for name in node.input
        if name in rows and node.op_type != "Cast"
    }
    return set(rows.values()) - others - narrow


def _scale_in(graph: "onnx.GraphProto", names: set[str]) -> None:
    """Change the nodes of one graph, not those of the bodies of its loops."""
    from onnx import helper

    ids: dict[
        str, tuple[str, str]
    ] = {}  # what a node gathers -> the scales, the rows' numbers
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.op_type == "Gather" and node.input[0] in names:
            rows, scales = int8_rows.names(node.input[0])
            ids[node.output[0]] = scales, node.input[1]
            node.input[0] = rows
        elif node.op_type == "Cast" and node.input[0] in ids:
            scales, numbers = ids[node.input[0]]
            result = node.output[0]
            whole, scale = f"{result}/whole", f"{result}/scale"
            node.output[0] = whole
            nodes.append(helper.make_node("Gather", [scales, numbers], [scale]))
            nodes.append(helper.make_node("Mul", [whole, scale], [result]))
    kept = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)


def graphs(graph: "onnx.GraphProto") -> Iterator["onnx.GraphProto"]:
    """A graph, and the bodies of its loops."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs(attribute.g)
