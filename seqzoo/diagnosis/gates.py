"""Gates that are always open or shut, and units that never change."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.record import Part, Run, unchanged
from seqzoo.diagnosis.result import Finding

LOW, HIGH = 0.01, 0.99  # beyond these a gate is shut or open, a tanh unit at its end
MANY, MOST = 0.5, 0.9  # of a gate's activations
_KEEPING = (
    "forget",
    "update",
)  # open for a long memory, perhaps by design (Tallec & Ollivier 2018)
STILL = 1e-6  # standard deviation of a unit that doesn't change


def looked_at(
    model: keras.Model, parts: list[Part], run: Run, batch: Batch
) -> tuple[list[Finding], dict]:
    """Findings on recurrent layers, and by layer and gate the share of activations at its ends."""
    findings, saturation = [], {}
    for part in parts:
        call = run.first(part.outer)
        if call is None:
            found = "its cell is called step by step, not the layer: its gates are not looked at"
            findings.append(Finding("note", "scope", part.name, found))
            continue
        x, mask = call.inputs[0], call.steps
        real = batch.real(x.shape) if mask is None else mask
        states = part.states(call)
        with unchanged(model):
            outputs = outputs_of(part.layer, x, mask, states)
        if type(part.layer.cell) in _GATES:
            gates = gates_of(
                part.layer, x, outputs_before(part.layer, outputs, mask, states)
            )
            saturation[part.name] = _saturation(part.layer.cell, gates, outputs, real)
            findings += _of_gates(part.name, saturation[part.name])
        else:
            found = f"the gates of a {type(part.layer.cell).__name__} are not looked at, its units are"
            findings.append(Finding("note", "scope", part.name, found))
        positions = outputs[real]
        findings += _of_units(part.name, positions.reshape(-1, positions.shape[-1]))
    return findings, saturation


def _saturation(cell, gates: dict, output, real) -> dict[str, float]:
    bounded = (keras.activations.sigmoid, keras.activations.hard_sigmoid)
    shares = {}
    if getattr(cell, "recurrent_activation", None) in bounded:
        shares = {
            name: _share(gate[real] < LOW, gate[real] > HIGH)
            for name, gate in gates.items()
        }
    elif not gates and cell.activation is keras.activations.tanh:
        shares = {"output": _share(np.abs(output[real]) > HIGH)}
    return shares


def _share(*which) -> float:
    return float(np.mean(np.logical_or.reduce(which))) if which[0].size else 0.0


def _of_gates(name, shares) -> Iterator[Finding]:
    if not shares:
        return
    told = ", ".join(f"{gate} {share:.0%}" for gate, share in shares.items())
    told = f"share at its end (below {LOW} or above {HIGH}): {told}"
    severity, advice = "ok", ""
    if any(share > MANY for share in shares.values()):
        severity, advice = (
            "note",
            "a long memory, if it is meant; if not, a gate that learns little",
        )
    if any(share > MOST for gate, share in shares.items() if gate not in _KEEPING):
        severity = "warning"
        advice = (
            "hardly a gradient comes through: smaller initial weights and biases, a lower learning rate, "
            "clipped gradients, inputs of mean 0 and deviation 1"
        )
    yield Finding(severity, "gates", name, told, advice)


def _of_units(name, outputs) -> Iterator[Finding]:
    """outputs: (positions, units)."""
    if len(outputs) < 2:
        return
    outputs = np.asarray(outputs, np.float64)
    still = outputs.std(0) < STILL
    zero = int((still & (outputs == 0).all(0)).sum())
    if still.any():
        found = f"{int(still.sum())} of {len(still)} units give the same at all {len(outputs):,} positions"
        yield Finding(
            "warning", "units", name, found + (f", {zero} of them 0" if zero else ""),
            "dead: a lower learning rate, biases nearer 0, tanh in relu's place; or fewer units",
        )  # fmt: skip
    else:
        yield Finding("ok", "units", name, "every unit changes over the batch")


def outputs_of(
    layer: keras.layers.RNN, x: np.ndarray, mask: np.ndarray | None, states: list
) -> np.ndarray:
    """What a layer gives at every step, in the order of its inputs.

    Args:
        x: (batch, time, ...).
        mask: bool (batch, time), or None.
        states: the first ones; none: the layer's own.
    """
    wanted = {
        "return_sequences": True,
        "return_state": False,
        "zero_output_for_mask": False,
    }
    before = {name: getattr(layer, name) for name in wanted}
    first = tree.pack_sequence_as(layer.state_size, states) if states else None
    try:
        vars(layer).update(wanted)
        outputs = layer(x, initial_state=first, mask=mask, training=False)
    finally:
        vars(layer).update(before)
    outputs = ops.convert_to_numpy(outputs)
    return outputs[:, ::-1] if layer.go_backwards else outputs


def outputs_before(
    layer: keras.layers.RNN, outputs: np.ndarray, mask: np.ndarray | None, states: list
) -> np.ndarray:
    """What the layer had given when it came to a step, (batch, time, units): its state h.

    Args:
        outputs, mask, states: as `outputs_of` gives and takes them.
    """
    if not states:
        states = [state.numpy() for state in layer.states] if layer.stateful else [0.0]
    way = slice(None, None, -1 if layer.go_backwards else 1)
    mask = np.ones(outputs.shape[:2], bool) if mask is None else mask
    # A masked step gives the output before it; where there is none that is 0, not the first state.
    begun = np.logical_or.accumulate(mask[:, way], axis=1)[..., None]
    first = np.broadcast_to(states[0], outputs[:, 0].shape)[:, None]
    after = np.where(begun, outputs[:, way], first)
    return np.concatenate([first, after[:, :-1]], axis=1)[:, way]


def gates_of(
    layer: keras.layers.RNN, x: np.ndarray, previous: np.ndarray
) -> dict[str, np.ndarray]:
    """Activations (batch, time, units) of each gate of a layer over a cell of Keras' own.

    Args:
        x: (batch, time, features).
        previous: the output of the step before, (batch, time, units).
    """
    cell = layer.cell
    z = x @ np.asarray(cell.kernel.numpy(), np.float32)
    z += np.asarray(previous, np.float32) @ np.asarray(
        cell.recurrent_kernel.numpy(), np.float32
    )
    if cell.use_bias:  # a GRU may have one for the inputs and one for the states
        z += np.asarray(cell.bias.numpy(), np.float32).reshape(-1, z.shape[-1]).sum(0)
    sums = {
        name: z[..., n * cell.units : (n + 1) * cell.units]
        for name, n in _GATES[type(cell)].items()
    }
    activation: Any = getattr(cell, "recurrent_activation", None)
    return {
        name: ops.convert_to_numpy(activation(ops.convert_to_tensor(s)))
        for name, s in sums.items()
    }


_GATES = {  # and where their weights stand
    keras.layers.SimpleRNNCell: {},
    keras.layers.LSTMCell: {"input": 0, "forget": 1, "output": 3},
    keras.layers.GRUCell: {"update": 0, "reset": 1},
}
