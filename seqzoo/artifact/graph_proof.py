"""The proof, when a training ends, that each graph answers like the network that it was made of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqzoo.engine import GraphFile, Network
from seqzoo.errors import InputError
from seqzoo.models.networks import called

ROWS, STEPS = 3, 7
APART = 1e-4  # of a number, or of 1 if that is smaller
MOST_IDS = 1000


def prove(path: Path, network: keras.Model) -> None:
    """Compare a graph with its network in Keras, on made inputs of several lengths.

    Args:
        path: the graph's, which says where its weights are; they lie in `NAME.keras` beside it.
        network: what it was made of.

    Raises:
        InputError: if the engine refuses the graph, or a number differs by more than 1e-4 of it.
    """
    saved = path.with_suffix(".keras")
    graph = GraphFile.parse(path.read_bytes())
    engine = Network(graph, saved.read_bytes(), saved.name, path.name)
    given = made_inputs(network)
    expected = called(network, given)
    found = engine.run(given)
    real = _real_steps(given)
    for name, value in found.items():
        theirs = keras.ops.convert_to_numpy(expected[name])
        if value.shape != theirs.shape:
            raise InputError(f"{path.name}: {name}: {value.shape}; Keras {theirs.shape}")
        if value.shape[:2] == real.shape and value.dtype != bool:
            value, theirs = value[real], theirs[real]  # at padding numbers have no meaning
        value, theirs = value.astype(np.float64), theirs.astype(np.float64)
        apart = np.abs(value - theirs) / np.maximum(1, np.abs(theirs))
        if not (apart <= APART).all():
            raise InputError(
                f"{path.name}: {name} is {apart.max():.2g} away from what Keras gives"
            )


def made_inputs(network: keras.Model) -> dict[str, np.ndarray]:
    """Inputs of a network by name: ids padded with 0, masks of the same lengths, lengths, random numbers.

    Args:
        network: inputs int (batch, time) are ids, int (batch,) lengths, bool (batch, time) masks; other open
            sizes are 7.
    """
    draw = np.random.default_rng(0)
    lengths = np.array([[STEPS], [STEPS // 2], [1]])
    real = np.arange(STEPS) < lengths  # (rows, steps)
    least = min(_ids(network), MOST_IDS)
    longest = max(
        [each.shape[1] or STEPS for each in network.inputs if len(each.shape) == 3] or [1]
    )
    given = {}
    for each in network.inputs:
        shape = (ROWS, *(STEPS if size is None else size for size in each.shape[1:]))
        if each.dtype == "bool":
            given[each.name] = np.broadcast_to(np.arange(shape[1]) < lengths, shape)
        elif len(each.shape) == 1 and each.dtype.startswith("int"):
            given[each.name] = draw.integers(1, longest + 1, ROWS).astype(each.dtype)
        elif each.dtype.startswith("int"):
            ids = draw.integers(1, least, shape).astype(each.dtype)
            given[each.name] = ids * real if shape == real.shape else ids
        else:
            given[each.name] = draw.normal(size=shape).astype(each.dtype)
    return given


def _ids(network: keras.Model) -> int:
    """How many ids the smallest table of a network has."""
    sizes = [
        layer.input_dim
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.Embedding)
    ]
    return min(sizes, default=2)


def _real_steps(given: Mapping[str, Any]) -> np.ndarray:
    """Which steps are no padding, bool (rows, steps); of a network that has none all."""
    for value in given.values():
        if value.shape == (ROWS, STEPS) and value.dtype.kind in "ib":
            return value != 0
    return np.ones((ROWS, STEPS), bool)
