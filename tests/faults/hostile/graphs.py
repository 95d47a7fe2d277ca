"""Graphs that ask for more than arithmetic on the artifact's own weights."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.faults.hostile.files import Trap, case


def changed(folder: Path, change) -> None:
    """The graph with `change(proto)` made to it."""
    path = folder / "model.onnx"
    proto = onnx.load(path, load_external_data=False)
    change(proto)
    path.write_bytes(proto.SerializeToString())


def stored(proto) -> TensorProto:
    """The first array that lies in another file."""
    return next(tensor for tensor in proto.graph.initializer if tensor.external_data)


def said(proto, **changes: str) -> None:
    """Say something else of where the first array lies."""
    for entry in stored(proto).external_data:
        entry.value = changes.get(entry.key, entry.value)


@case
def graph_with_an_operator_of_a_library(trap: Trap, folder: Path) -> None:
    node = helper.make_node("Gelu", ["tokens"], ["x"], domain="com.microsoft")
    node.op_type = "Relu"
    changed(folder, lambda proto: proto.graph.node.append(node))


@case
def graph_with_an_operator_that_draws(trap: Trap, folder: Path) -> None:
    node = helper.make_node("RandomNormal", [], ["x"], shape=[1])
    changed(folder, lambda proto: proto.graph.node.append(node))


@case
def graph_with_weights_of_another_file(trap: Trap, folder: Path) -> None:
    def change(proto):
        said(proto, location=str(trap.secret))

    changed(folder, change)


@case
def graph_with_weights_behind_the_end_of_the_file(trap: Trap, folder: Path) -> None:
    changed(folder, lambda proto: said(proto, offset="999999999999"))


@case
def graph_with_weights_before_the_file(trap: Trap, folder: Path) -> None:
    changed(folder, lambda proto: said(proto, offset="-4096"))


@case
def graph_with_more_weights_than_numbers(trap: Trap, folder: Path) -> None:
    changed(folder, lambda proto: said(proto, length="999999"))


@case
def graph_with_weights_of_other_names(trap: Trap, folder: Path) -> None:
    def change(proto):
        array = stored(proto)
        del array.external_data[1:]  # it says the location alone
        array.name = "layers/other/vars/0"

    changed(folder, change)


@case
def graph_with_a_shape_of_a_trillion(trap: Trap, folder: Path) -> None:
    def change(proto):
        shape = numpy_helper.from_array(np.array([10**12], np.int64), "shape")
        proto.graph.initializer.append(shape)
        proto.graph.node.append(helper.make_node("ConstantOfShape", ["shape"], ["x"]))

    changed(folder, change)


@case
def graph_of_functions(trap: Trap, folder: Path) -> None:
    def change(proto):
        proto.functions.add(name="f", domain="d")

    changed(folder, change)


@case
def graph_of_loops_in_loops(trap: Trap, folder: Path) -> None:
    def change(proto):
        graph = helper.make_graph([], "innermost", [], [])
        for depth in range(12):
            node = helper.make_node("Scan", [], [], body=graph, num_scan_inputs=0)
            graph = helper.make_graph([node], f"loop{depth}", [], [])
        proto.graph.node.extend(graph.node)

    changed(folder, change)


@case
def graph_cut_off(trap: Trap, folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[:-7])


@case
def graph_that_is_none(trap: Trap, folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"\xff" * 100)


@case
def graph_of_another_model(trap: Trap, folder: Path) -> None:
    def change(proto):
        stored(proto).dims[0] += 1

    changed(folder, change)


@case
def graph_with_an_input_more(trap: Trap, folder: Path) -> None:
    def change(proto):
        shape = ["batch", "time"]
        more = helper.make_tensor_value_info("more", TensorProto.INT32, shape)
        proto.graph.input.append(more)

    changed(folder, change)
