"""A network's inputs and outputs by name, the same in every format."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import tree


def outputs_of(network: keras.Model) -> dict[str, keras.KerasTensor]:
    """A network's symbolic outputs by name.

    The names are the keys where the output is a dictionary, else those of the layers the outputs come from.
    """
    if isinstance(network.output, dict):
        return dict(network.output)
    flat = tree.flatten(network.output)
    names = [x._keras_history.operation.name for x in flat]
    if len(set(names)) < len(names):
        names = [f"{name}_{place}" for place, name in enumerate(names)]
    return dict(zip(names, flat, strict=True))


def exported_name(name: str, network: keras.Model) -> str:
    """An output's name in an export: `next_NAME` where an input is called so too, as states are."""
    inputs = {x.name for x in network.inputs}
    return f"next_{name}" if name in inputs else name


def called(network: keras.Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """Call a network, without training, on tensors by the inputs' names.

    Returns:
        Exported name (see `exported_name`) of each output -> tensor.
    """
    arrays: Any = [given[x.name] for x in network.inputs]
    if isinstance(network.input, dict):
        arrays = {name: given[name] for name in network.input}
    elif len(given) == 1:
        arrays = arrays[0]
    outputs = network(arrays, training=False)
    if not isinstance(outputs, dict):
        outputs = dict(zip(outputs_of(network), [outputs], strict=True))
    return {exported_name(name, network): value for name, value in outputs.items()}


def fixed(shape: Sequence[int | None], length: int | str) -> tuple[int | str, ...]:
    """A shape whose first size is 1 and whose other open sizes are `length`."""
    return (1, *(length if size is None else size for size in shape[1:]))
