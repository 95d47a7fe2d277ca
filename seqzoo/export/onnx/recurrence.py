"""Recurrent layers in ONNX: `LSTM`, `GRU`, `RNN` with `sequence_lens`, or a `Scan`; see `scan`.

Padding, which is on the right, gives outputs of 0, whatever the layer gives there in Keras.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

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
    """A recurrent layer's compiled cell, if ONNX has an operator for it."""
    form = _as_gru(rnn.compiled_form()) if isinstance(rnn, Fused) else None
    return form if form is not None and form[0] in NATIVE else None


def _as_gru(form: Form | None) -> Form | None:
    """A simple RNN of tanh as a GRU that forgets all, z = 0, and resets nothing, r = 1; others as they are.

    The tanh in ONNX Runtime's `RNN` loses half of what inputs of 1e-7 give, that in its `GRU` nothing.
    """
    if form is None or form[0] != "simple_rnn":
        return form
    kernel, recurrent, bias = map(_array, form[1])
    dtype, units = kernel.dtype, len(recurrent)

    def behind_unused_gates(matrix: np.ndarray) -> np.ndarray:
        """(rows, units) -> (rows, 3 * units): z and r have no weights, their bias decides."""
        return np.hstack([np.zeros((len(matrix), 2 * units), dtype), matrix])

    candidate = np.zeros(units, dtype) if bias is None else bias
    gates = [np.full(units, -OPEN), np.full(units, OPEN), candidate]
    input_bias = np.concatenate(gates).astype(dtype)  # (3 * units,)
    biases = np.stack([input_bias, np.zeros_like(input_bias)])
    return "gru", (behind_unused_gates(kernel), behind_unused_gates(recurrent), biases)


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
    weights = [_weights(name, operator.order, *map(_array, parts)) for _, parts in forms]
    # (directions, ...): W, R, B and perhaps peepholes
    stacked = [graph.constant(np.stack(parts)) for parts in zip(*weights, strict=True)]
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
    name: str,
    order: list[int],
    kernel: np.ndarray,
    recurrent: np.ndarray,
    bias: np.ndarray | None,
) -> list[np.ndarray]:
    """W (gates * units, features), R (gates * units, units), B (2 * gates * units,), and peepholes."""
    units = recurrent.shape[0]
    wide = len(order) * units

    def sorted_gates(matrix: np.ndarray) -> np.ndarray:
        gates = np.split(matrix, len(order), axis=-1)
        return np.concatenate([gates[place] for place in order], axis=-1)

    if bias is None:
        bias = np.zeros(wide, kernel.dtype)
    peepholes = []
    if name == "peephole_lstm":  # they stand behind the bias
        bias, own = bias[:wide], np.split(bias[wide:], 3)
        peepholes = [np.concatenate([own[place] for place in PEEPHOLES])]
    # (2, gates * units): of the inputs and of the states
    twice = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    both = np.concatenate([sorted_gates(row) for row in twice])
    return [sorted_gates(kernel).T, sorted_gates(recurrent).T, both, *peepholes]


def _array(weight: Any) -> Any:
    return None if weight is None else keras.ops.convert_to_numpy(weight)


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
