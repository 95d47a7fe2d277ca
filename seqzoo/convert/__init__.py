"""PyTorch's recurrent modules as Keras models of the same outputs, and back, without PyTorch itself."""

from typing import Any

import keras
import numpy as np
from keras import ops, tree

from seqzoo.convert.torch_weights import DIRECTIONS, KINDS, Net, array, recurrent_weights
from seqzoo.errors import InputError, unknown_name
from seqzoo.layers import GRU, LSTM, RNN, Bidirectional, LSTMCell, SimpleRNN
from seqzoo.layers.carried import recurrent_of

NONLINEARITIES = ("tanh", "relu")

LAYERS = {"RNN": SimpleRNN, "GRU": GRU, "LSTM": LSTM}
GATES = {
    keras.layers.SimpleRNNCell: 1,
    keras.layers.GRUCell: 3,
    keras.layers.LSTMCell: 4,
    LSTMCell: 4,
}
PYTORCHS = {  # what cells can be set to and PyTorch's are, always
    "recurrent_activation": ("sigmoid",), "reset_after": (True,), "peepholes": (False,),
    "input_gate": (True,), "forget_gate": ("own",), "output_gate": (True,), "layer_norm": (False,),
    "cell_clip": (None,), "projection_clip": (None,),
}  # fmt: skip


def from_torch(
    source: Any,
    *,
    nonlinearity: str | None = None,
    batch_first: bool | None = None,
    prefix: str = "",
    name: str = "from_torch",
) -> keras.Model:
    """A model with the weights and the outputs of `torch.nn.RNN`, `GRU` or `LSTM`.

    What the module is, the names and shapes of its weights tell: kind, sizes, layers, one or two
    directions, biases, an LSTM's projection. PyTorch's manual describes them, with the equations, at
    `torch.nn.RNN`, `GRU` and `LSTM`.

    Args:
        source: the module, or its `state_dict()`: names to arrays, of PyTorch or NumPy, float32 or float64,
            which is then the model's type too; smaller floats are widened to float32.
        nonlinearity: of an `RNN`, `"tanh"` or `"relu"`, which weights don't tell; default: the module's, of
            weights alone tanh.
        batch_first: False: inputs and outputs have the axes (time, batch, ...); default: the module's, of
            weights alone True, unlike PyTorch's own default.
        prefix: of the weights' names, as `"encoder.lstm."`. Names of other forms are passed over.
        name: the model's.

    Returns:
        A functional model: `x` (batch, time, features) -> a dictionary of `output` (batch, time,
        directions * size) and the last states, in PyTorch's order, `h` (layers * directions, batch, size)
        and, of an LSTM, `c` (layers * directions, batch, units). First states are zeros. Call it:
        `predict` would join batches along the first axis, which in the states is not that of the batch.

    Raises:
        InputError: if weights are missing or of an unexpected shape, or the nonlinearity is unknown.
    """
    if hasattr(source, "state_dict"):
        nonlinearity = nonlinearity or getattr(source, "nonlinearity", None)
        batch_first = (
            getattr(source, "batch_first", None) if batch_first is None else batch_first
        )
        source = source.state_dict()
    nonlinearity, batch_first = nonlinearity or "tanh", batch_first is None or batch_first
    if nonlinearity not in NONLINEARITIES:
        raise unknown_name("nonlinearity", nonlinearity, NONLINEARITIES)
    weights = recurrent_weights(source, prefix)
    net = Net.of(weights, prefix)
    dtype = np.result_type(*weights.values()).name
    x = keras.Input(batch_shape=(None, None, net.features), dtype=dtype, name="x")
    output, ends = x if batch_first else ops.swapaxes(x, 0, 1), []
    for number in range(net.layers):
        layer = _layer(net, number, nonlinearity, dtype)
        output, *after = layer(output)
        ends += after
        for cell, direction in zip(_cells(layer), net.directions, strict=True):
            _fill(
                cell, {part: weights[f"{part}_l{number}{direction}"] for part in net.parts}
            )
    outputs = {"output": output if batch_first else ops.swapaxes(output, 0, 1)}
    kept = "hc" if KINDS[net.gates] == "LSTM" else "h"
    outputs |= {
        state: ops.stack(ends[place :: len(kept)]) for place, state in enumerate(kept)
    }
    return keras.Model(x, outputs, name=name)


def to_torch(model: keras.Model, prefix: str = "") -> dict[str, np.ndarray]:
    """A model's recurrent weights, for `torch.nn.RNN`, `GRU` or `LSTM`.

    With `module.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})`
    a module of the same sizes has them, for an `RNN` of the same nonlinearity, which weights don't tell.

    Args:
        model: of `from_torch`, or another functional or sequential one whose recurrent layers feed each
            other, but for dropout directly: what is before and behind them is passed over.
        prefix: put before the names.

    Returns:
        Names, in PyTorch's order, to float32 or float64 arrays. Keras' RNN and LSTM have one bias: it is
        `bias_ih`, and `bias_hh` is 0.

    Raises:
        InputError: if there is no recurrent layer, one that PyTorch does not have, or layers that differ
            from each other or are not in one chain.
    """
    if not model.built:
        raise InputError(
            f"{model.name}: expected a model that has been built; call it once first"
        )
    layers = _chain(model)
    told = {layer.name: _descriptions(layer) for layer in layers}
    if len({cell for cells in told.values() for cell in cells}) > 1:
        found = "; ".join(f"{name}: {' and '.join(cells)}" for name, cells in told.items())
        raise InputError(
            f"{model.name}: expected layers that are alike, as PyTorch's are; got {found}"
        )
    return {
        f"{prefix}{part}_l{number}{direction}": value
        for number, layer in enumerate(layers)
        for cell, direction in zip(_cells(layer), DIRECTIONS, strict=False)
        for part, value in _taken(cell).items()
    }


def _layer(net, number, nonlinearity, dtype):
    """An empty layer of the kind."""
    kind, bias = KINDS[net.gates], {"use_bias": "bias_ih" in net.parts, "dtype": dtype}
    settings = {
        "return_sequences": True,
        "return_state": True,
        "name": f"{kind.lower()}_l{number}",
    }
    if "weight_hr" in net.parts:
        cell = LSTMCell(net.units, projection=net.size, unit_forget_bias=False, **bias)
        layer = RNN(cell, dtype=dtype, **settings)
    else:
        activation = nonlinearity if kind == "RNN" else "tanh"
        layer = LAYERS[kind](net.units, activation=activation, **bias, **settings)
    return (
        layer
        if len(net.directions) == 1
        else Bidirectional(layer, dtype=dtype, name=layer.name)
    )


def _swapped_gates(weight, cell):
    """Rows in the other library's order: a GRU's gates are r, z, h in PyTorch and z, r, h in Keras."""
    if GATES[type(cell)] != 3:
        return weight
    one, other, h = np.split(weight, 3)
    return np.concatenate([other, one, h])


def _fill(cell, weights):
    """Put PyTorch's weights in; Keras' are transposed, and but for a GRU's the biases are one."""
    weights = {
        part: w if part == "weight_hr" else _swapped_gates(w, cell)
        for part, w in weights.items()
    }
    cell.kernel.assign(weights["weight_ih"].T)
    cell.recurrent_kernel.assign(weights["weight_hh"].T)
    if "bias_ih" in weights:
        both = weights["bias_ih"], weights["bias_hh"]
        cell.bias.assign(np.stack(both) if GATES[type(cell)] == 3 else sum(both))
    if "weight_hr" in weights:
        cell.projection_kernel.assign(weights["weight_hr"].T)


def _taken(cell):
    """A cell's weights as PyTorch has them, in its order; `_fill` the other way round."""
    weights = {
        "weight_ih": _transposed(cell.kernel),
        "weight_hh": _transposed(cell.recurrent_kernel),
    }
    if cell.use_bias:
        bias = _transposed(cell.bias)
        both = bias.T if GATES[type(cell)] == 3 else (bias, np.zeros_like(bias))
        weights["bias_ih"], weights["bias_hh"] = both
    weights = {
        part: array(_swapped_gates(weight, cell)) for part, weight in weights.items()
    }
    if hasattr(cell, "projection_kernel"):
        weights["weight_hr"] = _transposed(cell.projection_kernel)
    return weights


def _transposed(variable):
    return array(variable.numpy().T)


def _cells(layer):
    """The cell, or those of both directions."""
    layer = recurrent_of(layer)
    both = isinstance(layer, keras.layers.Bidirectional)
    return [layer.forward_layer.cell, layer.backward_layer.cell] if both else [layer.cell]


def _chain(model):
    """The model's recurrent layers, or what wraps them; InputError unless each feeds the next one."""
    layers = []
    for layer in model.layers:
        if isinstance(recurrent_of(layer), (keras.layers.RNN, keras.layers.Bidirectional)):
            layers.append(layer)
        elif any(hasattr(inner, "cell") for inner in layer._flatten_layers()):
            raise InputError(f"{layer.name}: {type(layer).__name__}, which PyTorch has not")
    if not layers:
        got = ", ".join(layer.name for layer in model.layers)
        raise InputError(f"{model.name}: expected recurrent layers; got {got}")
    for layer, before in zip(layers[1:], layers, strict=False):
        if _source(layer) is not before:
            raise InputError(
                f"{layer.name}: expected what comes from {before.name}, or from it by dropout"
            )
    return layers


def _source(layer):
    """The layer whose outputs this one gets, dropout passed over; None where that is not known."""
    try:
        operation, _, place = tree.flatten(layer.input)[0]._keras_history
    except (AttributeError, ValueError):  # of a class of the user's own, or called twice
        return None
    if isinstance(operation, (keras.layers.Dropout, keras.layers.SpatialDropout1D)):
        return _source(operation)
    return operation if place == 0 else None


def _descriptions(layer):
    """What the cells of both directions are, or the one; InputError if PyTorch has no such layer."""
    inner = recurrent_of(layer)
    both = isinstance(inner, keras.layers.Bidirectional)
    if both and inner.merge_mode != "concat":
        raise InputError(
            f"{layer.name}: merge_mode={inner.merge_mode!r}; PyTorch concatenates"
        )
    if (inner.forward_layer if both else inner).go_backwards:
        raise InputError(
            f"{layer.name}: go_backwards=True; PyTorch's first direction goes forwards"
        )
    return [
        "bidirectional " * both + _description(layer.name, cell) for cell in _cells(layer)
    ]


def _description(name, cell):
    if type(cell) not in GATES:
        raise InputError(f"{name}: {type(cell).__name__}, which PyTorch has not")
    kind, config = KINDS[GATES[type(cell)]], cell.get_config()
    activations = NONLINEARITIES if kind == "RNN" else NONLINEARITIES[:1]
    for setting, allowed in {"activation": activations, **PYTORCHS}.items():
        if (got := config.get(setting, allowed[0])) not in allowed:
            expected = " or ".join(map(repr, allowed))
            raise InputError(f"{name}: {setting}={got!r}; PyTorch's {kind} has {expected}")
    if (projection := config.get("projection")) and projection >= cell.units:
        raise InputError(
            f"{name}: projection={projection}; PyTorch's is below the units, {cell.units}"
        )
    told = (
        f"{kind}({cell.units}, activation={config['activation']}, use_bias={cell.use_bias}"
    )
    return f"{told}, projection={projection})" if projection else f"{told})"
