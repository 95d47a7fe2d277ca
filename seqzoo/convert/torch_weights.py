"""What the names and shapes of a PyTorch recurrent module's weights tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqzoo.errors import InputError

PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")  # in PyTorch's order
NAME = re.compile(rf"({'|'.join(PARTS)})_l([0-9]+)(_reverse)?")
DIRECTIONS = ("", "_reverse")
KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}  # by the number of gates


@dataclass(frozen=True)
class Net:
    """What a module is. `units` is the size of a cell's memory, `size` that of its output."""

    gates: int
    features: int
    units: int
    size: int
    layers: int
    directions: tuple[str, ...]
    parts: tuple[str, ...]

    @classmethod
    def of(cls, weights: Mapping[str, np.ndarray], prefix: str) -> "Net":
        """What the names and shapes tell; InputError where they don't fit each other."""
        layers = 1 + max(int(_parts_of(name)[1]) for name in weights)
        marks = " ".join(weights)
        directions = DIRECTIONS[: 1 + ("_reverse" in marks)]
        parts = (
            PARTS[:2] + PARTS[2:4] * ("bias" in marks) + PARTS[4:] * ("weight_hr" in marks)
        )
        names = [f"{p}_l{n}{d}" for n in range(layers) for d in directions for p in parts]
        missing = [f"{prefix}{name}" for name in names if name not in weights]
        if missing:
            got = ", ".join(f"{prefix}{name}" for name in weights)
            raise InputError(f"missing weights: {', '.join(missing)}; got {got}")
        gates, features, units, size = _sizes(weights, prefix)
        net = cls(gates, features, units, size, layers, directions, parts)
        for name in names:
            if weights[name].shape != (shape := net.shape(name)):
                raise _unexpected(
                    prefix + name, f"{shape} in this {KINDS[net.gates]}", weights[name]
                )
        return net

    def shape(self, name: str) -> tuple[int, ...]:
        """Of the weight of that name."""
        part, number = _parts_of(name)
        rows, size = self.gates * self.units, self.size
        below = self.features if number == "0" else len(self.directions) * size
        shapes = {
            "weight_ih": (rows, below),
            "weight_hh": (rows, size),
            "weight_hr": (size, self.units),
        }
        return shapes.get(part, (rows,))


def _parts_of(name: str) -> tuple[str, str]:
    """What the weight of a full name is, and the number of its layer."""
    match = NAME.fullmatch(name)
    assert match is not None, name
    return match[1], match[2]


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
        raise _unexpected(
            f"{prefix}weight_hh_l0", f"({times} times {units}, {size})", first["weight_hh"]
        )
    return gates, first["weight_ih"].shape[1], units, size


def _unexpected(name, expected, weight):
    return InputError(f"{name}: expected shape {expected}; got {weight.shape}")


def recurrent_weights(state_dict: Any, prefix: str) -> dict[str, np.ndarray]:
    """Arrays by their names without the prefix; InputError if there are none."""
    if not isinstance(state_dict, Mapping):
        kind = type(state_dict).__name__
        raise InputError(
            f"from_torch: expected a module of torch.nn or its state_dict(); got {kind}"
        )
    names = {
        name.removeprefix(prefix): name for name in state_dict if name.startswith(prefix)
    }
    weights = {
        short: array(state_dict[name])
        for short, name in names.items()
        if NAME.fullmatch(short)
    }
    if not weights:
        got = ", ".join(map(str, state_dict)) or "none"
        ends = (name.rpartition(".") for name in state_dict)
        prefixes = dict.fromkeys(
            f"{head}." for head, _, end in ends if head and NAME.fullmatch(end)
        )
        hint = f"; try prefix={' or '.join(map(repr, prefixes))}" if prefixes else ""
        raise InputError(
            f"state_dict: expected names like {prefix}weight_ih_l0; got {got}{hint}"
        )
    return weights


def array(value: Any) -> np.ndarray:
    """A tensor, of PyTorch or Keras, or an array as a new NumPy array, float64 if it was, else float32."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = (
            value.float() if value.element_size() < 4 else value
        )  # NumPy has no bfloat16
    value = np.asarray(value)
    return np.array(value, "float64" if value.dtype == "float64" else "float32", order="C")
