"""A forecaster of segments in training, quicker: what segments have in common is computed once.

All segments ahead begin with the same states, and what tells them apart is the same for all windows. A
recurrent layer multiplies both anew for each segment of each window. Here the states are multiplied once a
row, and positions and channels once a batch. Results and gradients are those of the model.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from seqzoo.layers.compiled import last_state
from seqzoo.layers.shared import gru_step
from seqzoo.layers.tensors import Tensor
from seqzoo.models import horizons
from seqzoo.models.built import description_of
from seqzoo.models.windows import normalized


def quick_of(model: keras.Model) -> Callable[[Tensor], Tensor] | None:
    """What a `forecaster` computes in training, `values` (batch, look_back, targets) -> `forecast`.

    Args:
        model: a builder's.

    Returns:
        None, unless it is one of segments with a single layer of the cell `gru`, without recurrent dropout
        and without anything that is known of the future.
    """
    description = description_of(model)
    said = description["arguments"]
    if description["builder"] != "forecaster" or said["mode"] != "segments":
        return None
    single = said["units"] if isinstance(said["units"], int) else None
    alone = single is not None and said["num_layers"] == 1 and not said["known_features"]
    if not alone or said["cell"] != "gru" or said["recurrent_dropout"]:
        return None
    return lambda values: _forecast(model, said, values)


def _forecast(model: keras.Model, said: dict[str, Any], values: Tensor) -> Tensor:
    """The forecast in training: (batch, horizon, targets), of a distribution (..., count)."""
    mask = ops.ones_like(values[..., 0], dtype="bool")  # windows are whole
    past, normal = normalized(values, mask, said["normalization"])
    targets, segment, horizon = values.shape[-1], said["segment"], said["horizon"]
    # (batch, time, targets) -> (batch, targets, time) -> (batch * targets, segments, steps)
    moved = ops.transpose(past, (0, 2, 1))
    rows = ops.reshape(moved, (-1, said["look_back"] // segment, segment))
    layer = model.get_layer("gru_1")
    state = last_state(layer, model.get_layer("segment")(rows))  # (batch * targets, units)
    # (batch * targets, segments, units)
    after = _step(layer.cell, _places(model), state)
    if said["dropout"]:
        after = model.get_layer("dropout")(after, training=True)

    raw = model.get_layer("steps")(after)
    # (batch * targets, segments, steps * count) -> (batch, targets, horizon, count)
    raw = ops.reshape(raw, (-1, targets, horizon, raw.shape[-1] // segment))
    raw = ops.transpose(raw, (0, 2, 1, 3))
    base = None
    if said["linear"]:
        base = horizons.of_matrix(model.get_layer("linear"), values, mask, targets)
    return horizons.restored(said["distribution"], raw, normal, base)


def _places(model: keras.Model) -> Tensor:
    """What segments and channels are told apart by, (targets, segments, size); see `horizons.segments`."""
    positions = model.get_layer("position").embeddings
    channels = model.get_layer("channel").embeddings
    many, ahead = channels.shape[0], positions.shape[0]
    both = [
        ops.repeat(ops.expand_dims(positions, 0), many, axis=0),
        ops.repeat(ops.expand_dims(channels, 1), ahead, axis=1),
    ]
    return ops.concatenate(both, axis=-1)


def _step(cell: Any, inputs: Tensor, states: Tensor) -> Tensor:
    """A step of Keras' GRU from each state with each input of its target.

    Args:
        cell: with its weights.
        inputs: (targets, segments, features).
        states: (batch * targets, units).

    Returns:
        (batch * targets, segments, units).
    """
    given = ops.matmul(inputs, cell.kernel) + cell.bias[0]  # (targets, segments, 3 * units)
    past = ops.matmul(states, cell.recurrent_kernel) + cell.bias[1]
    return gru_step(given, past, states)
