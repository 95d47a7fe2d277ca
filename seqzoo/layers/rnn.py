"""The one table of recurrent cells: every builder, recipe and test knows a cell by its name here."""

import keras

from seqzoo.errors import unknown_name
from seqzoo.layers.recurrence import GRU, LSTM, Bidirectional, SimpleRNN

CELLS = {"simple_rnn": SimpleRNN, "gru": GRU, "lstm": LSTM}


def recurrent(
    cell: str,
    units: int,
    *,
    bidirectional: bool = False,
    return_sequences: bool = True,
    return_state: bool = False,
    recurrent_dropout: float = 0.0,
    initial_scale: float | None = None,
    name: str | None = None,
) -> keras.layers.Layer:
    """A recurrent layer (batch, time, features) -> (batch, time, units), or (batch, units) for the
    last state; twice the units where it is bidirectional, forward half first.

    Args:
        cell: a name in `CELLS`.
        units: size of the state, of each direction.
        bidirectional: run a second copy from the end and join the outputs.
        return_sequences: all states, or the last alone.
        return_state: the last states too, as `keras.layers` give them.
        recurrent_dropout: share of the state dropped, one mask for all steps (Gal & Ghahramani
            2016, section 4).
        initial_scale: weights are drawn evenly from minus this to this, and biases are 0; None: as Keras
            has it.
        name: the layer's name.

    Raises:
        InputError: on an unknown cell.
    """
    if cell not in CELLS:
        raise unknown_name("cell", cell, CELLS)
    layer = CELLS[cell](
        units,
        return_sequences=return_sequences,
        return_state=return_state,
        recurrent_dropout=recurrent_dropout,
        **_initializers(cell, initial_scale),
        name=None if bidirectional else name,
    )
    return Bidirectional(layer, name=name) if bidirectional else layer


def _initializers(cell: str, scale: float | None) -> dict:
    if scale is None:
        return {}
    uniform = keras.initializers.RandomUniform
    settings = {f"{name}_initializer": uniform(-scale, scale) for name in ("kernel", "recurrent")}
    return settings | ({"unit_forget_bias": False} if cell == "lstm" else {})
