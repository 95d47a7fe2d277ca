"""PyTorch's recurrent modules as Keras models of the same outputs, and back, without PyTorch itself."""

import re
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops, tree

from seqzoo.errors import InputError, unknown_name
from seqzoo.layers import GRU, LSTM, RNN, Bidirectional, LSTMCell, SimpleRNN
from seqzoo.layers.carried import recurrent_of

PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")  # in PyTorch's order
NAME = re.compile(rf"({'|'.join(PARTS)})_l([0-9]+)(_reverse)?")
DIRECTIONS = ("", "_reverse")
NONLINEARITIES = ("tanh", "relu")

KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}  # by the number of gates
LAYERS = {"RNN": SimpleRNN, "GRU": GRU, "LSTM": LSTM}
GATES = {keras.layers.SimpleRNNCell: 1, keras.layers.GRUCell: 3, keras.layers.LSTMCell: 4, LSTMCell: 4}
PYTORCHS = {  # what cells can be set to and PyTorch's are, always
    "recurrent_activation": ("sigmoid",), "reset_after": (True,), "peepholes": (False,),
    "input_gate": (True,), "forget_gate": ("own",), "output_gate": (True,), "layer_norm": (False,),
    "cell_clip": (None,), "projection_clip": (None,),
}  # fmt: skip


def from_torch(
    state_dict,
    *,
    nonlinearity: str = "tanh",
    batch_first: bool = True,
    prefix: str = "",
    name: str = "from_torch",
) -> keras.Model:
    """A model with the weights and the outputs of `torch.nn.RNN`, `GRU` or `LSTM`.

    What the module is, the names and shapes of its weights tell: kind, sizes, layers, one or two
    directions, biases, an LSTM's projection. PyTorch's manual describes them, with the equations, at
    `torch.nn.RNN`, `GRU` and `LSTM`.

    Args:
        state_dict: names to arrays, of PyTorch or NumPy, float32 or float64, which is then the model's
            type too; smaller floats are widened to float32.
        nonlinearity: of an `RNN`, `"tanh"` or `"relu"`: the weights don't tell.
        batch_first: False: inputs and outputs have the axes (time, batch, ...).
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
    if nonlinearity not in NONLINEARITIES:
        raise unknown_name("nonlinearity", nonlinearity, NONLINEARITIES)
    weights = _recurrent_weights(state_dict, prefix)
    net = _Net.of(weights, prefix)
    dtype = np.result_type(*weights.values()).name
    x = keras.Input(batch_shape=(None, None, net.features), dtype=dtype, name="x")
    output, ends = x if batch_first else ops.swapaxes(x, 0, 1), []
    for number in range(net.layers):
        layer = _layer(net, number, nonlinearity, dtype)
        output, *after = layer(output)
        ends += after
        for cell, direction in zip(_cells(layer), net.directions, strict=True):
            _fill(cell, {part: weights[f"{part}_l{number}{direction}"] for part in net.parts})
    outputs = {"output": output if batch_first else ops.swapaxes(output, 0, 1)}
    kept = "hc" if KINDS[net.gates] == "LSTM" else "h"
    outputs |= {state: ops.stack(ends[place :: len(kept)]) for place, state in enumerate(kept)}
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
        raise InputError(f"{model.name}: expected a model that has been built; call it once first")
    layers = _chain(model)
    told = {layer.name: _descriptions(layer) for layer in layers}
    if len({cell for cells in told.values() for cell in cells}) > 1:
        told = "; ".join(f"{name}: {' and '.join(cells)}" for name, cells in told.items())
        raise InputError(f"{model.name}: expected layers that are alike, as PyTorch's are; got {told}")
    return {
        f"{prefix}{part}_l{number}{direction}": value
        for number, layer in enumerate(layers)
        for cell, direction in zip(_cells(layer), DIRECTIONS, strict=False)
        for part, value in _taken(cell).items()
    }


@dataclass(frozen=True)
class _Net:
    """What a module is. `units` is the size of a cell's memory, `size` that of its output."""

    gates: int
    features: int
    units: int
    size: int
    layers: int
    directions: tuple[str, ...]
    parts: tuple[str, ...]

    @classmethod
    def of(cls, weights, prefix):
        """What the names and shapes tell; InputError where they don't fit each other."""
        layers = 1 + max(int(NAME.fullmatch(name)[2]) for name in weights)
        marks = " ".join(weights)
        directions = DIRECTIONS[: 1 + ("_reverse" in marks)]
        parts = PARTS[:2] + PARTS[2:4] * ("bias" in marks) + PARTS[4:] * ("weight_hr" in marks)
        names = [f"{p}_l{n}{d}" for n in range(layers) for d in directions for p in parts]
        missing = [f"{prefix}{name}" for name in names if name not in weights]
        if missing:
            got = ", ".join(f"{prefix}{name}" for name in weights)
            raise InputError(f"missing weights: {', '.join(missing)}; got {got}")
        net = cls(*_sizes(weights, prefix), layers, directions, parts)
        for name in names:
            if weights[name].shape != (shape := net.shape(name)):
                raise _unexpected(prefix + name, f"{shape} in this {KINDS[net.gates]}", weights[name])
        return net

    def shape(self, name):
        """Of the weight of that name."""
        part, number, _ = NAME.fullmatch(name).groups()
        rows, size = self.gates * self.units, self.size
        below = self.features if number == "0" else len(self.directions) * size
        shapes = {"weight_ih": (rows, below), "weight_hh": (rows, size), "weight_hr": (size, self.units)}
        return shapes.get(part, (rows,))


def _sizes(weights, prefix):
    """Gates, features, units, size of an output, from the first layer."""
    first = {part: weights[f"{part}_l0"] for part in PARTS if f"{part}_l0" in weights}
    for part, weight in first.items():
        if "weight" in part and (weight.ndim != 2 or 0 in weight.shape):
            raise _unexpected(f"{prefix}{part}_l0", "(rows, columns)", weight)
    rows, size = first["weight_hh"].shape
    projected = "weight_hr" in first
    units = first["weight_hr"].shape[1] if projected else size
    gates, rest = divmod(rows, units)
    if rest or gates not in ([4] if projected else KINDS):
        times = "4 (LSTM, projected)" if projected else "1 (RNN), 3 (GRU) or 4 (LSTM)"
        raise _unexpected(f"{prefix}weight_hh_l0", f"({times} times {units}, {size})", first["weight_hh"])
    return gates, first["weight_ih"].shape[1], units, size


def _unexpected(name, expected, weight):
    return InputError(f"{name}: expected shape {expected}; got {weight.shape}")


def _recurrent_weights(state_dict, prefix):
    """Arrays by their names without the prefix; InputError if there are none."""
    names = {name.removeprefix(prefix): name for name in state_dict if name.startswith(prefix)}
    weights = {short: _array(state_dict[name]) for short, name in names.items() if NAME.fullmatch(short)}
    if not weights:
        got = ", ".join(map(str, state_dict)) or "none"
        raise InputError(f"state_dict: expected names like {prefix}weight_ih_l0; got {got}")
    return weights


def _array(value):
    """A tensor, of PyTorch or Keras, or an array as a new NumPy array, float64 if it was, else float32."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.float() if value.element_size() < 4 else value  # NumPy has no bfloat16
    value = np.asarray(value)
    return np.array(value, "float64" if value.dtype == "float64" else "float32", order="C")


def _layer(net, number, nonlinearity, dtype):
    """An empty layer of the kind."""
    kind, bias = KINDS[net.gates], {"use_bias": "bias_ih" in net.parts, "dtype": dtype}
    settings = {"return_sequences": True, "return_state": True, "name": f"{kind.lower()}_l{number}"}
    if "weight_hr" in net.parts:
        cell = LSTMCell(net.units, projection=net.size, unit_forget_bias=False, **bias)
        layer = RNN(cell, dtype=dtype, **settings)
    else:
        activation = nonlinearity if kind == "RNN" else "tanh"
        layer = LAYERS[kind](net.units, activation=activation, **bias, **settings)
    return layer if len(net.directions) == 1 else Bidirectional(layer, dtype=dtype, name=layer.name)


def _swapped_gates(weight, cell):
    """Rows in the other library's order: a GRU's gates are r, z, h in PyTorch and z, r, h in Keras."""
    if GATES[type(cell)] != 3:
        return weight
    one, other, h = np.split(weight, 3)
    return np.concatenate([other, one, h])


def _fill(cell, weights):
    """Put PyTorch's weights in; Keras' are transposed, and but for a GRU's the biases are one."""
    weights = {part: w if part == "weight_hr" else _swapped_gates(w, cell) for part, w in weights.items()}
    cell.kernel.assign(weights["weight_ih"].T)
    cell.recurrent_kernel.assign(weights["weight_hh"].T)
    if "bias_ih" in weights:
        both = weights["bias_ih"], weights["bias_hh"]
        cell.bias.assign(np.stack(both) if GATES[type(cell)] == 3 else sum(both))
    if "weight_hr" in weights:
        cell.projection_kernel.assign(weights["weight_hr"].T)


def _taken(cell):
    """A cell's weights as PyTorch has them, in its order; `_fill` the other way round."""
    weights = {"weight_ih": _transposed(cell.kernel), "weight_hh": _transposed(cell.recurrent_kernel)}
    if cell.use_bias:
        bias = _transposed(cell.bias)
        both = bias.T if GATES[type(cell)] == 3 else (bias, np.zeros_like(bias))
        weights["bias_ih"], weights["bias_hh"] = both
    weights = {part: _array(_swapped_gates(weight, cell)) for part, weight in weights.items()}
    if hasattr(cell, "projection_kernel"):
        weights["weight_hr"] = _transposed(cell.projection_kernel)
    return weights


def _transposed(variable):
    return _array(variable.numpy().T)


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
            raise InputError(f"{layer.name}: expected what comes from {before.name}, or from it by dropout")
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
        raise InputError(f"{layer.name}: merge_mode={inner.merge_mode!r}; PyTorch concatenates")
    if (inner.forward_layer if both else inner).go_backwards:
        raise InputError(f"{layer.name}: go_backwards=True; PyTorch's first direction goes forwards")
    return ["bidirectional " * both + _description(layer.name, cell) for cell in _cells(layer)]


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
        raise InputError(f"{name}: projection={projection}; PyTorch's is below the units, {cell.units}")
    told = f"{kind}({cell.units}, activation={config['activation']}, use_bias={cell.use_bias}"
    return f"{told}, projection={projection})" if projection else f"{told})"
