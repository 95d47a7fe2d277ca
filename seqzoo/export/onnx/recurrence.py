"""Recurrent layers in ONNX: `LSTM`, `GRU`, `RNN` with `sequence_lens`, or a `Scan`; see `scan`.

Padding, which is on the right, gives outputs of 0, whatever the layer gives there in Keras.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from seqzoo.errors import InputError
from seqzoo.export.onnx import scan
from seqzoo.export.onnx.graph import Graph
from seqzoo.layers.recurrence import Fused


class Operator(NamedTuple):
    """How ONNX' operator for a cell takes it.

    Attributes:
        kind: the operator.
        order: Keras' places of its gates, in the operator's order.
        states: how many a cell has.
        settings: other attributes of the operator.
    """

    kind: str
    order: list[int]
    states: int
    settings: dict[str, Any]


# Compiled cell -> its operator.
NATIVE = {
    "simple_rnn_relu": Operator("RNN", [0], 1, {"activations": ["Relu"]}),
    "gru": Operator("GRU", [0, 1, 2], 1, {"linear_before_reset": 1}),
    "gru_reset_before": Operator("GRU", [0, 1, 2], 1, {"linear_before_reset": 0}),
    "lstm": Operator("LSTM", [0, 3, 1, 2], 2, {}),
    "peephole_lstm": Operator("LSTM", [0, 3, 1, 2], 2, {}),
}
OPEN = 1e4  # its sigmoid is 1, and that of its negative 0
PEEPHOLES = [0, 2, 1]  # Keras' places, i, f, o, in ONNX' order i, o, f

# A compiled cell: its name; kernel, recurrent kernel, and bias or None.
Form = tuple[str, Sequence[Any]]
# The output's name, and for each direction the names of its last states.
Result = tuple[str, list[list[str]]]


def layer(
    graph: Graph,
    rnn: Any,
    x: Any,
    initial_state: Any = None,
    mask: Any = None,
    training: Any = None,
) -> Any:
    """A rule for a recurrent layer.

    Returns:
        The output's name, or a list with those of the last states behind it, if the layer returns them.

    Raises:
        InputError: if the layer is stateful or goes backwards.
    """
    return _run(graph, [rnn], x, initial_state, mask)


def bidirectional(
    graph: Graph,
    both: Any,
    x: Any,
    initial_state: Any = None,
    mask: Any = None,
    training: Any = None,
) -> Any:
    """A rule for `Bidirectional`, its directions' outputs side by side; returns as `layer`.

    Raises:
        InputError: if the outputs are merged in another way, or as `layer`.
    """
    if both.merge_mode != "concat":
        raise InputError(
            f"ONNX: {both.name}: expected merge_mode 'concat'; it is {both.merge_mode!r}"
        )
    return _run(graph, [both.forward_layer, both.backward_layer], x, initial_state, mask)


def _run(
    graph: Graph, directions: Sequence[Any], x: Any, initial_state: Any, mask: Any
) -> Any:
    first = directions[0]
    if first.stateful or first.go_backwards:
        raise InputError(
            f"ONNX: {first.name}: stateful or go_backwards: seqzoo has no rule for it"
        )
    states = None if initial_state is None else list(keras.tree.flatten(initial_state))
    forms = [_native_form(rnn) for rnn in directions]
    native = [form for form in forms if form is not None]
    if len(native) == len(directions):
        output, ends = _native(graph, first, native, x, states, mask)
    else:
        outputs, ends = scan.scanned(graph, directions, x, states, mask)
        output = _side_by_side(graph, outputs)
    if not first.return_state:
        return output
    # As Keras gives them: the first direction's states, then the second's.
    return [output, *(end for direction in ends for end in direction)]


def _native_form(rnn: Any) -> Form | None:
    """A recurrent layer's compiled cell, if ONNX has an operator for it; weights to compute with."""
    form = rnn.compiled_form() if isinstance(rnn, Fused) else None
    if form is None:
        return None
    name, weights = form[0], list(form[1])
    if name == "simple_rnn":
        name, weights = "gru", _as_gru(*weights)
    if name == "forget_lstm":
        name, weights = "lstm", _as_lstm(weights, rnn.cell.sums)
    return (name, tuple(weights)) if name in NATIVE else None


def _as_lstm(weights: list[Any], sums: str | None) -> list[Any]:
    """A `ForgetLSTMCell` as an LSTM whose other two gates are open; see its `sums`.

    ONNX' operator always multiplies its inputs with a kernel. Where they are sums, that picks them.
    """
    kernel, recurrent, bias = weights
    units = recurrent.shape[0]
    if sums is not None:
        picked = np.eye(2 * units, dtype=np.float32)
        others = np.zeros_like(picked)
        parts = {"all": [picked], "first": [picked, others], "second": [others, picked]}
        kernel = np.concatenate(parts[sums])

    def among_four(weights: Any, missing: float) -> Any:
        """(..., 2 * units), f and g -> (..., 4 * units), i, f, g and o."""
        f, g = ops.split(weights, 2, axis=-1)
        other = ops.full_like(f, missing)
        return ops.concatenate([other, f, g, other], axis=-1)

    bias = np.zeros(2 * units, np.float32) if bias is None else bias
    return [among_four(kernel, 0.0), among_four(recurrent, 0.0), among_four(bias, OPEN)]


def _kept(graph: Graph, weights: Any) -> str:
    """The name of weights; a matrix that picks, of zeros and ones, is kept in a byte each."""
    if isinstance(weights, keras.KerasTensor):
        return graph.name(weights)
    array = keras.ops.convert_to_numpy(weights)
    if array.size < 1024 or not np.isin(array, (0, 1)).all():
        return graph.name(weights)
    return graph.cast(graph.constant(array, np.int8), array.dtype.name)


def _as_gru(kernel: Any, recurrent: Any, bias: Any) -> list[Any]:
    """A simple RNN of tanh as a GRU that forgets all, z = 0, and resets nothing, r = 1.

    The tanh in ONNX Runtime's `RNN` loses half of what inputs of 1e-7 give, that in its `GRU` nothing.
    """
    units = recurrent.shape[0]

    def behind_unused_gates(matrix: Any) -> Any:
        """(rows, units) -> (rows, 3 * units): z and r have no weights, their bias decides."""
        unused = np.zeros((matrix.shape[0], 2 * units), np.float32)
        return ops.concatenate([unused, matrix], axis=1)

    gates = np.repeat(np.array([-OPEN, OPEN], np.float32), units)  # z, r
    candidate = np.zeros(units, np.float32) if bias is None else bias
    both = [ops.concatenate([gates, candidate], axis=0), np.zeros(3 * units, np.float32)]
    biases = ops.concatenate([ops.expand_dims(row, 0) for row in both], axis=0)
    return [behind_unused_gates(kernel), behind_unused_gates(recurrent), biases]


def _native(
    graph: Graph,
    rnn: Any,
    forms: Sequence[Form],
    x: Any,
    states: list[Any] | None,
    mask: Any,
) -> Result:
    """One operator for one direction or both."""
    name, count = forms[0][0], len(forms)
    operator = NATIVE[name]
    weights = [_weights(name, operator.order, *parts) for _, parts in forms]
    # (directions, ...): W, R, B and perhaps peepholes
    stacked = [_kept(graph, _stacked(parts)) for parts in zip(*weights, strict=True)]
    settings = dict(operator.settings)
    if "activations" in settings:
        settings["activations"] = settings["activations"] * count
    lengths = "" if mask is None else _lengths(graph, mask)
    first = [""] * operator.states
    if states:
        first = _first(graph, states, operator.states, count)

    y, *ends = graph.add_many(
        operator.kind,
        graph.add("Transpose", graph.name(x), perm=[1, 0, 2]),  # (time, batch, features)
        *stacked[:3],
        lengths,
        *first,
        *stacked[3:],
        outputs=1 + operator.states,
        hidden_size=rnn.units,
        direction="bidirectional" if count == 2 else "forward",
        **settings,
    )

    # (directions, batch, units) -> (batch, units) of each direction
    split = [
        [graph.add("Gather", end, np.array(d, np.int64), axis=0) for end in ends]
        for d in range(count)
    ]
    if not rnn.return_sequences:
        return _side_by_side(graph, [direction[0] for direction in split]), split
    # (time, directions, batch, units) -> (batch, time, directions, units)
    y = graph.add("Transpose", y, perm=[2, 0, 1, 3])
    # -> (batch, time, directions * units)
    shape = np.array([0, 0, count * rnn.units], np.int64)
    return graph.add("Reshape", y, shape), split


def _weights(
    name: str, order: list[int], kernel: Any, recurrent: Any, bias: Any
) -> list[Any]:
    """W (gates * units, features), R (gates * units, units), B (2 * gates * units,), and peepholes."""
    units = recurrent.shape[0]
    wide = len(order) * units

    def sorted_gates(matrix: Any) -> Any:
        gates = ops.split(matrix, len(order), axis=-1)
        return ops.concatenate([gates[place] for place in order], axis=-1)

    if bias is None:
        bias = np.zeros(wide, np.float32)
    peepholes = []
    if name == "peephole_lstm":  # they stand behind the bias
        bias, *own = ops.split(bias, [wide, wide + units, wide + 2 * units], axis=0)
        peepholes = [ops.concatenate([own[place] for place in PEEPHOLES], axis=0)]
    # One bias of the inputs, one of the states, which but for GRUs is 0.
    twice = [bias, np.zeros(wide, np.float32)]
    if len(bias.shape) == 2:
        twice = [ops.squeeze(row, 0) for row in ops.split(bias, 2, axis=0)]
    both = ops.concatenate([sorted_gates(row) for row in twice], axis=0)
    matrices = [ops.transpose(sorted_gates(matrix)) for matrix in (kernel, recurrent)]
    return [*matrices, both, *peepholes]


def _stacked(parts: Sequence[Any]) -> Any:
    """Arrays of one shape -> (number, *shape)."""
    return ops.concatenate([ops.expand_dims(part, 0) for part in parts], axis=0)


def _lengths(graph: Graph, mask: Any) -> str:
    """Real tokens of each row, int32 (batch,): padding is on the right."""
    real = graph.cast(graph.name(mask), "int32")
    return graph.add("ReduceSum", real, np.array([1], np.int64), keepdims=0)


def _first(graph: Graph, states: list[Any], places: int, count: int) -> list[str]:
    """First states, (directions, batch, units) each.

    `states` has `places` of the first direction, then those of the second, (batch, units) each.
    """
    stacked = []
    for place in range(places):
        own = [graph.name(state) for state in states[place::places]]
        rows = [graph.add("Unsqueeze", s, np.array([0], np.int64)) for s in own[:count]]
        stacked.append(graph.add("Concat", *rows, axis=0))
    return stacked


def _side_by_side(graph: Graph, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=-1)
