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

    Inputs and outputs keep their names, except that a state comes out as `next_state_...`.

    Args:
        model: of seqzoo's layers; see `seqzoo.layers.from_stock`.
        about: its description, stored in it.

    Raises:
        InputError: on a layer without a rule, or a model too large for one file.
    """
    graph = Graph(rule=operations.rule)
    inputs = [_described(x, x.name) for x in model.inputs]
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
    outputs = [_described(value, name) for name, value in named.items()]
    weights = [
        numpy_helper.from_array(array, name) for name, array in graph.constants.items()
    ]

    whole = helper.make_graph(
        graph.nodes, model.name, inputs, outputs, weights, doc_string=about
    )
    proto = helper.make_model(
        whole,
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


def _described(value: keras.KerasTensor, name: str) -> onnx.ValueInfoProto:
    """An input's or output's entry; open sizes have names."""
    if value.shape and value.shape[0] is not None:  # no batch
        shape = [f"{name}_time" if size is None else size for size in value.shape]
    else:
        others = (f"size_{n}" for n in itertools.count())
        open_names = itertools.chain(["batch", "time"], others)
        shape = [next(open_names) if size is None else size for size in value.shape]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(value.dtype))
    return helper.make_tensor_value_info(name, kind, shape)
