"""A second encoder over the turns of a talk, on top of the one over its tokens (HRED; Serban et al. 2016)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from keras import ops

from seqzoo.layers.tensors import Tensor
from seqzoo.models.stack import stacked


class Turns(NamedTuple):
    """Which token belongs to which turn, and which ends it.

    Attributes:
        ends: 1 where a token ends a turn, else 0, float (batch, turns, time).
        members: 1 where a token is one of a turn, else 0, float (batch, time, turns).
        mask: whether there is such a turn, bool (batch, turns).
    """

    ends: Tensor
    members: Tensor
    mask: Tensor


def turns_of(source: Tensor, turn_id: int, most: int, dtype: str) -> Turns:
    """The turns of talks. The last token ends the last of them; what is beyond `most` is in no turn.

    Args:
        source: ids, int32 (batch, time), 0 on the right.
        turn_id: of the mark that ends a turn and belongs to it.
        most: turns.
        dtype: of numbers.
    """
    real = ops.not_equal(source, 0)
    number = ops.cumsum(ops.cast(real, "int32"), axis=1)  # (batch, time)
    count = ops.sum(ops.cast(real, "int32"), axis=1, keepdims=True)
    is_last = ops.logical_and(ops.equal(number, count), real)
    is_mark = ops.equal(source, turn_id)
    is_end = ops.maximum(ops.cast(is_mark, "int32"), ops.cast(is_last, "int32"))
    own = ops.cumsum(is_end, axis=1) - is_end  # each token's turn, from 0

    places = np.arange(most, dtype="int32")
    # (batch, 1, time) beside (1, turns, 1)
    same = ops.equal(ops.expand_dims(own, 1), places.reshape(1, most, 1))
    ends = ops.cast(same, dtype) * ops.cast(ops.expand_dims(is_end, 1), dtype)
    # (batch, time, 1) beside (1, 1, turns)
    members = ops.equal(ops.expand_dims(own, 2), places.reshape(1, 1, most))
    members = ops.logical_and(members, ops.expand_dims(real, 2))
    found = ops.sum(is_end, axis=1, keepdims=True)  # (batch, 1)
    mask = ops.less_equal(places.reshape(1, most) + 1, found)
    return Turns(ends, ops.cast(members, dtype), mask)


def over_turns(
    memory: Tensor,
    source: Tensor,
    *,
    turn_id: int,
    turns: int,
    cell: str,
    units: Sequence[int],
    dropout: float,
) -> tuple[Tensor, list]:
    """What an encoder over turns makes of one over tokens.

    Each turn is the token encoder's output where it ends. The token encoder itself reads on from turn to
    turn: HRED begins anew in each.

    Args:
        memory: the token encoder's outputs, float (batch, time, size), size the last of `units`.
        source, turn_id, turns: see `turns_of`.
        cell, units, dropout: of the layers over turns.

    Returns:
        The outputs with that of its turn added to each token's, (batch, time, size); and the layers' last
        states.
    """
    found = turns_of(source, turn_id, turns, memory.dtype)
    # (batch, turns, time) x (batch, time, size) -> (batch, turns, size)
    read = ops.matmul(found.ends, memory)
    states: list = []
    context = stacked(
        read,
        found.mask,
        cell=cell,
        units=units,
        bidirectional=False,
        return_sequences=True,
        dropout=dropout,
        recurrent_dropout=0.0,
        residual=False,
        states=states,
        prefix="turns_",
    )
    # (batch, time, turns) x (batch, turns, size) -> (batch, time, size)
    return memory + ops.matmul(found.members, context), states
