"""ONNX graphs of Keras models: a node of Keras becomes a node of ONNX, a recurrent layer one `LSTM`, `GRU`,
`RNN` or, of a cell that ONNX has no operator for, one `Scan`.

What has no rule in `operations` is taken apart: its `call` is traced on symbolic tensors, and what it is
made of has rules.
"""

import itertools
from collections.abc import Callable

import keras
import numpy as np
from keras import tree
from onnx import helper

from seqzoo.errors import InputError


class Graph:
    """A graph in the making, or with a `parent` the body of one of its loops.

    Args:
        parent: the graph of which this is a loop's body.
        rule: without a parent: an operation of Keras' -> the function that converts it.

    Attributes:
        nodes: so far, each behind those whose results it takes.
    """

    def __init__(self, parent: "Graph | None" = None, rule: Callable | None = None):
        self.root = parent.root if parent else self
        self.rule = self.root.rule if parent else rule
        self.nodes, self._values, self._held = [], {}, []
        if parent is None:
            self.constants, self._known, self._count = {}, {}, itertools.count()

    def fresh(self, hint: str) -> str:
        """A name that nothing has yet."""
        return f"{hint}_{next(self.root._count)}"

    def add(self, kind: str, *inputs, outputs: int = 1, **attributes):
        """The name of a new node's output, or a list of the names of several; inputs are names, `""` for
        one left out, or numbers."""
        names = [self.fresh(kind) for _ in range(outputs)]
        inputs = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def cast(self, name: str, dtype: str) -> str:
        """A value in another type."""
        return self.add("Cast", name, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def constant(self, value, dtype=None) -> str:
        """The name of an array that is stored in the file, once for all that use it."""
        array = np.asarray(keras.ops.convert_to_numpy(value), dtype, order="C")
        key = array.dtype.str, array.shape, array.tobytes()
        known = self.root._known
        if key not in known:
            known[key] = self.fresh("constant")
            self.root.constants[known[key]] = array
        return known[key]

    def name(self, value, dtype=None) -> str:
        """The name of what a symbolic tensor stands for, converted now if it has not been, or of a
        constant."""
        if not isinstance(value, keras.KerasTensor):
            return self.constant(value, dtype)
        if id(value) not in self._values:
            operation, node, _ = value._keras_history
            if isinstance(operation, keras.layers.InputLayer):
                raise InputError(f"{value.name}: an input of another model")
            self._convert(operation, operation._inbound_nodes[node])
        return self._values[id(value)]

    def put(self, value, name: str) -> None:
        """Let a symbolic tensor stand for a name."""
        self._held.append(value)  # so that no other gets its id
        self._values[id(value)] = name

    def _convert(self, operation, node) -> None:
        arguments = node.arguments
        results = self.rule(operation)(self, operation, *arguments.args, **arguments.kwargs)
        pairs = zip(tree.flatten(node.output_tensors), tree.flatten(results), strict=True)
        for value, name in pairs:
            self.put(value, name)

    def inline(self, function, *arguments):
        """The names of what a function of symbolic tensors gives, in its structure."""
        return tree.map_structure(self.name, function(*arguments))

    def symbol(self, name: str, shape, dtype="float32"):
        """A symbolic tensor that stands for a name."""
        value = keras.KerasTensor(shape, dtype)
        self.put(value, name)
        return value
