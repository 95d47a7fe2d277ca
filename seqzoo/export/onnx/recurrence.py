"""Recurrent layers in ONNX: `LSTM`, `GRU`, `RNN` with `sequence_lens`, or a `Scan` of the cell's step.

Padding, which is on the right, gives outputs of 0, whatever the layer gives there in Keras.
"""

import keras
import numpy as np
from onnx import helper

from seqzoo.errors import InputError
from seqzoo.layers.recurrence import Fused

# Compiled cell -> operator, its gates' places in Keras' order, states, what else it is told.
NATIVE = {
    "simple_rnn_relu": ("RNN", [0], 1, {"activations": ["Relu"]}),
    "gru": ("GRU", [0, 1, 2], 1, {"linear_before_reset": 1}),
    "gru_reset_before": ("GRU", [0, 1, 2], 1, {"linear_before_reset": 0}),
    "lstm": ("LSTM", [0, 3, 1, 2], 2, {}),
    "peephole_lstm": ("LSTM", [0, 3, 1, 2], 2, {}),
}
OPEN = 1e4  # its sigmoid is 1, and that of its negative 0
PEEPHOLES = [0, 2, 1]  # of i, f, o: ONNX has i, o, f


def layer(graph, rnn, x, initial_state=None, mask=None, training=None):
    """A rule for a recurrent layer: the output, and the last states if it returns them."""
    return _run(graph, [rnn], x, initial_state, mask)


def bidirectional(graph, both, x, initial_state=None, mask=None, training=None):
    """A rule for `Bidirectional`, its directions' outputs side by side."""
    if both.merge_mode != "concat":
        raise InputError(
            f"ONNX: {both.name}: expected merge_mode 'concat'; it is {both.merge_mode!r}"
        )
    return _run(graph, [both.forward_layer, both.backward_layer], x, initial_state, mask)


def _run(graph, directions, x, initial_state, mask):
    first = directions[0]
    if first.stateful or first.go_backwards:
        raise InputError(
            f"ONNX: {first.name}: stateful or go_backwards: seqzoo has no rule for it"
        )
    states = list(keras.tree.flatten(initial_state)) if initial_state is not None else None
    forms = [
        _as_gru(d.compiled_form()) if isinstance(d, Fused) else None for d in directions
    ]
    if all(form is not None and form[0] in NATIVE for form in forms):
        output, ends = _native(graph, first, forms, x, states, mask)
    else:
        output, ends = _scanned(graph, directions, x, states, mask)
    # As Keras gives them: the first direction's states, then the second's.
    return (
        [output, *(end for direction in ends for end in direction)]
        if first.return_state
        else output
    )


def _as_gru(form):
    """A simple RNN of tanh as a GRU that forgets all, z = 0, and resets nothing, r = 1; others as they are.

    The tanh in ONNX Runtime's `RNN` loses half of what inputs of 1e-7 give, that in its `GRU` nothing.
    """
    if form is None or form[0] != "simple_rnn":
        return form
    kernel, recurrent, bias = map(_array, form[1])
    unused = [
        np.zeros((len(matrix), 2 * len(recurrent)), matrix.dtype)
        for matrix in (kernel, recurrent)
    ]
    kernel, recurrent = (
        np.hstack(pair) for pair in zip(unused, (kernel, recurrent), strict=True)
    )
    units = len(recurrent)
    candidate = np.zeros(units, kernel.dtype) if bias is None else bias
    gates = np.concatenate([np.full(units, -OPEN), np.full(units, OPEN), candidate]).astype(
        kernel.dtype
    )
    return "gru", (kernel, recurrent, np.stack([gates, np.zeros_like(gates)]))


def _native(graph, rnn, forms, x, states, mask):
    """One operator for one direction or both."""
    name, count = forms[0][0], len(forms)
    kind, order, places, settings = NATIVE[name]
    weights = [_weights(name, order, *map(_array, parts)) for _, parts in forms]
    stacked = [graph.constant(np.stack(parts)) for parts in zip(*weights, strict=True)]
    if "activations" in settings:
        settings = {"activations": settings["activations"] * count}
    lengths = "" if mask is None else _lengths(graph, mask)
    first = _first(graph, states, places, count) if states else [""] * places
    given = [*stacked[:3], lengths, *first, *stacked[3:]]  # the last: peepholes
    y, *ends = graph.add(
        kind,
        graph.add("Transpose", graph.name(x), perm=[1, 0, 2]),
        *given,
        outputs=1 + places,
        hidden_size=rnn.units,
        direction="bidirectional" if count == 2 else "forward",
        **settings,
    )
    split = [
        [graph.add("Gather", end, np.array(d, np.int64), axis=0) for end in ends]
        for d in range(count)
    ]
    if rnn.return_sequences:
        y = graph.add("Transpose", y, perm=[2, 0, 1, 3])  # (batch, time, directions, units)
        return graph.add("Reshape", y, np.array([0, 0, count * rnn.units], np.int64)), split
    return _side_by_side(graph, [direction[0] for direction in split]), split


def _weights(name, order, kernel, recurrent, bias):
    """W (gates * units, features), R (gates * units, units), B (2 * gates * units,), and peepholes."""
    units = recurrent.shape[0]

    def sorted_gates(matrix):
        gates = np.split(matrix, len(order), axis=-1)
        return np.concatenate([gates[place] for place in order], axis=-1)

    wide = len(order) * units
    bias = np.zeros(wide, kernel.dtype) if bias is None else bias
    peepholes = []
    if name == "peephole_lstm":
        bias, own = bias[:wide], np.split(bias[wide:], 3)
        peepholes = [np.concatenate([own[place] for place in PEEPHOLES])]
    twice = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    both = np.concatenate([sorted_gates(row) for row in twice])
    return [sorted_gates(kernel).T, sorted_gates(recurrent).T, both, *peepholes]


def _array(weight):
    return None if weight is None else keras.ops.convert_to_numpy(weight)


def _lengths(graph, mask) -> str:
    """Real tokens of each row, int32 (batch,): padding is on the right."""
    return graph.add(
        "ReduceSum",
        graph.cast(graph.name(mask), "int32"),
        np.array([1], np.int64),
        keepdims=0,
    )


def _first(graph, states, places, count) -> list[str]:
    """First states, (directions, batch, units) each."""

    def at(place):
        own = [graph.name(states[direction * places + place]) for direction in range(count)]
        return graph.add(
            "Concat",
            *(graph.add("Unsqueeze", s, np.array([0], np.int64)) for s in own),
            axis=0,
        )

    return [at(place) for place in range(places)]


def _side_by_side(graph, parts) -> str:
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=-1)


def _scanned(graph, directions, x, states, mask):
    """A loop for each direction."""
    outputs, ends = [], []
    for number, rnn in enumerate(directions):
        sizes = keras.tree.flatten(rnn.cell.state_size)
        own = (
            states[number * len(sizes) : (number + 1) * len(sizes)]
            if states
            else [None] * len(sizes)
        )
        first = [
            _zeros(graph, x, size) if s is None else graph.name(s)
            for s, size in zip(own, sizes, strict=True)
        ]
        every, last, after = _scan(graph, rnn, x, first, mask, backwards=number == 1)
        outputs.append(every if rnn.return_sequences else last)
        ends.append(after)
    return _side_by_side(graph, outputs), ends


def _zeros(graph, x, size) -> str:
    """(batch, size)."""
    batch = graph.add(
        "Slice",
        graph.add("Shape", graph.name(x)),
        *(np.array([n], np.int64) for n in (0, 1)),
    )
    shape = graph.add("Concat", batch, np.array([size], np.int64), axis=0)
    return graph.add("ConstantOfShape", shape)


def _scan(graph, rnn, x, first, mask, backwards):
    """All outputs (batch, time, units), the last, and the last states; a masked step changes nothing."""
    scanned = [x] if mask is None else [x, mask]
    ends = graph.add(
        "Scan",
        *[_zeros(graph, x, rnn.cell.output_size), *first],
        *[graph.name(s) for s in scanned],
        outputs=len(first) + 2,
        body=_step(graph, rnn.cell, x, len(first), mask is not None),
        num_scan_inputs=len(scanned),
        scan_input_axes=[1] * len(scanned),
        scan_input_directions=[int(backwards)] * len(scanned),
        scan_output_axes=[1],
        scan_output_directions=[int(backwards)],
    )
    return ends[-1], ends[0], ends[1:-1]


def _step(graph, cell, x, count: int, masked: bool):
    """A loop's body: the last output, `count` states, x (batch, features) and perhaps whether each row is
    real, to the new output and states, and what is shown of the output."""
    from seqzoo.export.onnx.graph import Graph

    body = Graph(graph)
    names = [
        graph.fresh(n) for n in ["output", *["state"] * count, "x", *["mask"] * masked]
    ]
    carried = [
        (None, cell.output_size),
        *((None, size) for size in keras.tree.flatten(cell.state_size)),
    ]
    shapes = [*carried, (None, x.shape[-1])]
    before = [
        body.symbol(n, shape, x.dtype) for n, shape in zip(names, shapes, strict=False)
    ]
    output, after = body.inline(lambda: cell.call(before[-1], before[1:-1], training=False))
    new = [output, *keras.tree.flatten(after)]
    shown = output
    if masked:
        real = body.add("Unsqueeze", names[-1], np.array([1], np.int64))
        new = [body.add("Where", real, a, b) for a, b in zip(new, names, strict=False)]
        shown = body.add("Where", real, shown, np.zeros((1, 1), x.dtype))
    results = [body.add("Identity", name) for name in [*new, shown]]
    kinds = [(x.dtype, shape) for shape in shapes] + [("bool", (None,))] * masked
    made = [(x.dtype, shape) for shape in [*carried, carried[0]]]
    inputs, outputs = (
        [_told(name, *kind) for name, kind in zip(side, of, strict=True)]
        for side, of in ((names, kinds), (results, made))
    )
    return helper.make_graph(body.nodes, graph.fresh("step"), inputs, outputs)


def _told(name: str, dtype: str, shape):
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape
    )
