"""ONNX graphs of Keras models.

A node of Keras becomes a node of ONNX; a recurrent layer becomes one `LSTM`, `GRU` or `RNN`, or one `Scan`
if ONNX has no operator for its cell. What has no rule in `operations` is taken apart: its `call` is traced
on symbolic tensors, and the operations it is made of have rules.

In this package a *name* is that of a tensor in the ONNX graph, a string; a *symbolic tensor* is a
`keras.KerasTensor`.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import tree
from onnx import NodeProto, helper

from seqzoo.errors import InputError

# Takes a graph, an operation of Keras', and what that is called with; gives names in the structure of
# the operation's results.
Rule = Callable[..., Any]


class Graph:
    """A graph in the making, or with a `parent` the body of one of its loops.

    Args:
        parent: the graph of which this is a loop's body.
        rule: without a parent: gives the rule for an operation of Keras'.
        stored: without a parent: variables that lie in another file -> their names there.

    Attributes:
        nodes: so far, each behind those whose results it takes.
        constants: of the graph without a parent: name -> array, stored in the file.
    """

    root: "Graph"
    rule: Callable[[Any], Rule]

    def __init__(
        self,
        parent: "Graph | None" = None,
        rule: Callable[[Any], Rule] | None = None,
        stored: Sequence[tuple[keras.Variable, str]] = (),
    ):
        self.nodes: list[NodeProto] = []
        self._values: dict[int, str] = {}  # id of a symbolic tensor -> name
        self._held: list[keras.KerasTensor] = []
        if parent is not None:
            self.root, self.rule = parent.root, parent.rule
            return
        if rule is None:
            raise TypeError("rule: a graph without a parent needs one")
        self.root, self.rule = self, rule
        self.constants: dict[str, np.ndarray] = {}
        self._known: dict[tuple, str] = {}  # dtype, shape and bytes -> name
        self._stored = {id(variable): name for variable, name in stored}
        self._outer: dict[
            int, str
        ] = {}  # id of a symbolic tensor that stands for one -> name
        self._count = itertools.count()

    def fresh(self, hint: str) -> str:
        """A name that nothing has yet."""
        return f"{hint}_{next(self.root._count)}"

    def add(self, kind: str, *inputs: Any, **attributes: Any) -> str:
        """Add a node with one output, and return that output's name.

        Args:
            kind: the ONNX operator.
            inputs: names, `""` for one left out, or numbers and arrays.
            attributes: of the operator.
        """
        (name,) = self.add_many(kind, *inputs, outputs=1, **attributes)
        return name

    def add_many(
        self, kind: str, *inputs: Any, outputs: int, **attributes: Any
    ) -> list[str]:
        """Add a node with several outputs, and return their names; else as `add`."""
        names = [self.fresh(kind) for _ in range(outputs)]
        given = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.nodes.append(helper.make_node(kind, given, names, **attributes))
        return names

    def cast(self, name: str, dtype: str) -> str:
        """The name of a value in another type."""
        return self.add("Cast", name, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def constant(self, value: Any, dtype: Any = None) -> str:
        """The name of an array that is stored in the file, once for all that use it.

        Args:
            value: a number, an array, or a variable of Keras'; one of another file stays there.
            dtype: NumPy's; None: the value's own.
        """
        if isinstance(value, keras.Variable) and id(value) in self.root._stored:
            return self.root._stored[id(value)]
        array = np.asarray(keras.ops.convert_to_numpy(value), dtype, order="C")
        key = array.dtype.str, array.shape, array.tobytes()
        known = self.root._known
        if key not in known:
            known[key] = self.fresh("constant")
            self.root.constants[known[key]] = array
        return known[key]

    @property
    def weights_lie_elsewhere(self) -> bool:
        """Whether the model's variables are in another file."""
        return bool(self.root._stored)

    def stand_in(self, variable: keras.Variable) -> keras.KerasTensor:
        """A symbolic tensor for a variable of another file, for loops' bodies too."""
        value = keras.KerasTensor(variable.shape, variable.dtype)
        self.put(value, self._stored[id(variable)])
        self._outer[id(value)] = self._stored[id(variable)]
        return value

    def name(self, value: Any, dtype: Any = None) -> str:
        """The name of a symbolic tensor, whose operations are converted now if they have not been.

        Args:
            value: a symbolic tensor, or what `constant` takes.
            dtype: of a constant; see `constant`.

        Raises:
            InputError: if the tensor comes from an input of another model, or an operation has no rule.
        """
        if not isinstance(value, keras.KerasTensor):
            return self.constant(value, dtype)
        if id(value) in self.root._outer:
            return self.root._outer[id(value)]
        if id(value) not in self._values:
            operation, node, _ = value._keras_history
            if isinstance(operation, keras.layers.InputLayer):
                raise InputError(f"{value.name}: an input of another model")
            self._convert(operation, operation._inbound_nodes[node])
        return self._values[id(value)]

    def put(self, value: keras.KerasTensor, name: str) -> None:
        """Let a symbolic tensor stand for a name."""
        self._held.append(value)  # so that no other gets its id
        self._values[id(value)] = name

    def _convert(self, operation: Any, node: Any) -> None:
        arguments = node.arguments
        results = self.rule(operation)(self, operation, *arguments.args, **arguments.kwargs)
        pairs = zip(tree.flatten(node.output_tensors), tree.flatten(results), strict=True)
        for value, name in pairs:
            self.put(value, name)

    def inline(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The names of what a function of symbolic tensors gives, in its structure."""
        return tree.map_structure(self.name, function(*arguments))

    def symbol(
        self, name: str, shape: Sequence[int | None], dtype: str = "float32"
    ) -> keras.KerasTensor:
        """A symbolic tensor that stands for a name."""
        value = keras.KerasTensor(shape, dtype)
        self.put(value, name)
        return value
