"""A functional Keras model as an ONNX model."""

import itertools
from collections.abc import Iterable, Sequence

import keras
import numpy as np
import onnx
from onnx import helper, numpy_helper

from seqzoo.errors import InputError
from seqzoo.export.onnx import operations
from seqzoo.export.onnx.graph import Graph
from seqzoo.models.networks import exported_name, outputs_of

OPSET, IR_VERSION = 17, 8  # read by ONNX Runtime from 1.12 on
MAXIMUM = 2**31 - 1  # bytes of a protobuf


def to_onnx(
    model: keras.Model,
    about: str = "",
    stored: Sequence[tuple[keras.Variable, str]] = (),
    location: str = "",
) -> onnx.ModelProto:
    """An ONNX model of a functional Keras model, batch and time left open.

    Inputs and outputs keep their names, except that a state comes out as `next_state_...`.

    Args:
        model: of seqzoo's layers; see `seqzoo.layers.from_stock`. With `stored` it can't be called again.
        about: its description, stored in it.
        stored: all variables of the model and their names in another file; none: they are stored here.
        location: the name of that file.

    Raises:
        InputError: on a layer without a rule, or a model too large for one file.
    """
    graph = Graph(rule=operations.rule, stored=stored)
    inputs = [_described(x, x.name) for x in model.inputs]
    for x in model.inputs:
        graph.put(x, x.name)
    if stored:
        _stand_in(graph, model, stored)

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
    used = _names(graph.nodes)
    weights += [_elsewhere(name, location, x) for x, name in stored if name in used]

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
    onnx.checker.check_model(_checkable(proto), full_check=True)
    return proto


def _checkable(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with what lies in another file as inputs: the checker would look for that file."""
    if not any(tensor.external_data for tensor in proto.graph.initializer):
        return proto
    copy = onnx.ModelProto()
    copy.CopyFrom(proto)
    for tensor in list(copy.graph.initializer):
        if tensor.external_data:
            copy.graph.initializer.remove(tensor)
            about = helper.make_tensor_value_info(
                tensor.name, tensor.data_type, tensor.dims
            )
            copy.graph.input.append(about)
    return copy


def _stand_in(
    graph: Graph, model: keras.Model, stored: Sequence[tuple[keras.Variable, str]]
) -> None:
    """Put symbolic tensors in the place of the layers' variables.

    What a layer computes from its weights then becomes nodes of the graph, and no array in its file.
    """
    symbols = {id(variable): graph.stand_in(variable) for variable, _ in stored}
    for layer in model._flatten_layers():
        own = {n: v for n, v in vars(layer).items() if isinstance(v, keras.Variable)}
        for name, variable in own.items():
            if id(variable) in symbols:  # not through Keras, which tracks what is set
                vars(layer)[name] = symbols[id(variable)]


def _names(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    """What nodes and the bodies of their loops take."""
    found: set[str] = set()
    for node in nodes:
        found |= set(node.input)
        for attribute in node.attribute:
            found |= _names(attribute.g.node)
    return found


def _elsewhere(name: str, location: str, variable: keras.Variable) -> onnx.TensorProto:
    """An initialiser whose values lie in another file under the same name."""
    dtype = helper.np_dtype_to_tensor_dtype(np.dtype(variable.dtype))
    tensor = onnx.TensorProto(name=name, data_type=dtype, dims=variable.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


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
