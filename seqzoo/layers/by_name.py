"""A recurrent layer by the name of its cell."""

from typing import Any

import keras

from seqzoo.errors import InputError, unknown_name
from seqzoo.layers import cells
from seqzoo.layers.recurrence import LSTM, RNN, Bidirectional
from seqzoo.layers.table import CELLS, Kind


def recurrent(
    cell: str,
    units: int,
    *,
    bidirectional: bool = False,
    return_sequences: bool = True,
    return_state: bool = False,
    recurrent_dropout: float = 0.0,
    initial_scale: float | None = None,
    sums: bool = False,
    name: str | None = None,
) -> keras.layers.Layer:
    """A recurrent layer (batch, time, features) -> (batch, time, units), or (batch, units) for the
    last state; twice the units where it is bidirectional, forward half first.

    Args:
        cell: a name in `CELLS`.
        units: size of an output, of each direction.
        bidirectional: run a second copy from the end and join the outputs.
        return_sequences: all states, or the last alone.
        return_state: the last states too, as `keras.layers` give them.
        recurrent_dropout: share of the state dropped, one mask for all steps (Gal & Ghahramani
            2016, section 4).
        initial_scale: weights are drawn evenly from minus this to this, and biases are 0; None: as Keras
            has it. What a cell is by its first weights (`irnn`, `esn`) it stays.
        sums: inputs are not multiplied with a kernel: they are the sums, `sums_of` numbers a step. The
            recurrent kernel begins small, with a standard deviation of 0.01, if `initial_scale` is None.
        name: the layer's name.

    Raises:
        InputError: on an unknown cell, or with `sums` on one that has no such form.
    """
    kind = _kind(cell)
    if sums:
        sums_of(cell, units, bidirectional)
    settings = _initializers(kind, initial_scale) | kind.settings
    outer: dict[str, Any] = {
        "return_sequences": return_sequences,
        "return_state": return_state,
    }
    outer["name"] = None if bidirectional else name
    if sums:
        settings = settings | {"sums": "first" if bidirectional else "all"}
        # As the table begins: states that feed themselves would drown what words say.
        small = keras.initializers.RandomNormal(stddev=0.01)
        settings = {"recurrent_initializer": small} | settings
    if issubclass(kind.layer, cells.Cell):
        if kind.projected:
            settings, units = settings | {"projection": units}, 2 * units
        settings = settings | {"recurrent_dropout": recurrent_dropout}
        layer = RNN(kind.layer(units, **settings), **outer)
        if sums and bidirectional:
            second = kind.layer(units, **settings | {"sums": "second"})
            back = RNN(second, go_backwards=True, **outer)
            return Bidirectional(layer, backward_layer=back, name=name)
    else:
        layer = kind.layer(units, recurrent_dropout=recurrent_dropout, **settings, **outer)
    return Bidirectional(layer, name=name) if bidirectional else layer


def sums_of(cell: str, units: int, bidirectional: bool) -> int:
    """How many sums a step of a layer takes that has no kernel, both directions' side by side.

    Raises:
        InputError: on an unknown cell, or one that has no such form.
    """
    if not issubclass(_kind(cell).layer, cells.ForgetLSTMCell):
        takers = [
            n for n, kind in CELLS.items() if issubclass(kind.layer, cells.ForgetLSTMCell)
        ]
        raise InputError(
            f"cell {cell}: expected one that takes words into its gates: {', '.join(takers)}"
        )
    return 2 * units * (2 if bidirectional else 1)


def _kind(cell: str) -> Kind:
    if cell not in CELLS:
        raise unknown_name("cell", cell, CELLS)
    return CELLS[cell]


def _initializers(kind: Kind, scale: float | None) -> dict:
    if scale is None:
        return {}
    uniform = keras.initializers.RandomUniform
    names = ["kernel"] if kind.layer is cells.ESNCell else ["kernel", "recurrent"]
    settings = {f"{name}_initializer": uniform(-scale, scale) for name in names}
    forgets = issubclass(kind.layer, (LSTM, cells.LSTMCell))
    return settings | ({"unit_forget_bias": False} if forgets else {})
