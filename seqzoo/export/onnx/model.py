"""A functional Keras model as an ONNX model."""

import itertools

import keras
import numpy as np
import onnx
from onnx import helper, numpy_helper

from seqzoo.errors import InputError
from seqzoo.export.networks import exported_name, outputs_of
from seqzoo.export.onnx import operations
from seqzoo.export.onnx.graph import Graph

OPSET, IR_VERSION = 17, 8  # read by ONNX Runtime from 1.12 on
MAXIMUM = 2**31 - 1  # bytes of a protobuf


def to_onnx(model: keras.Model, about: str = "") -> onnx.ModelProto:
    """An ONNX model of a functional Keras model, batch and time left open.

    Args:
        model: of seqzoo's layers (see `seqzoo.layers.from_stock`); inputs and outputs keep their names,
            but that a state comes out as `next_state_...`.
        about: its description, stored in it.

    Raises:
        InputError: on a layer that ONNX is not known to have, or a model too large for one file.
    """
    graph = Graph(rule=operations.rule)
    inputs = [_described(graph, x, x.name) for x in model.inputs]
    for x in model.inputs:
        graph.put(x, x.name)
    # What a rule leaves out has no name.
    named = {
        exported_name(name, model): value
        for name, value in outputs_of(model).items()
        if graph.name(value)
    }
    for name, value in named.items():
        graph.nodes.append(helper.make_node("Identity", [graph.name(value)], [name]))
    outputs = [_described(graph, value, name) for name, value in named.items()]
    weights = [
        numpy_helper.from_array(array, name) for name, array in graph.constants.items()
    ]
    proto = helper.make_model(
        helper.make_graph(
            graph.nodes, model.name, inputs, outputs, weights, doc_string=about
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="seqzoo",
    )
    if proto.ByteSize() > MAXIMUM:
        raise InputError(
            f"{model.name}: {proto.ByteSize():,} bytes; an ONNX file holds at most {MAXIMUM:,}"
        )
    onnx.checker.check_model(proto, full_check=True)
    return proto


def _described(graph, value, name: str):
    """An input's or output's entry: batch and time by name, as they are open."""
    open_names = itertools.chain(
        ["batch", "time"], (f"size_{n}" for n in itertools.count())
    )
    shape = [size if size is not None else next(open_names) for size in value.shape]
    if value.shape and value.shape[0] is not None:
        shape = [size if size is not None else f"{name}_time" for size in value.shape]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(value.dtype))
    return helper.make_tensor_value_info(name, kind, shape)
