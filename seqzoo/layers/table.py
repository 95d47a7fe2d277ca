"""The one table of recurrent cells: every builder, recipe and test knows a cell by its name here."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import keras

from seqzoo import plugins
from seqzoo.errors import unknown_name
from seqzoo.layers import cells
from seqzoo.layers.recurrence import GRU, LSTM, RNN, Bidirectional, SimpleRNN

GROUP = "seqzoo.cells"  # of entry points


@dataclass(frozen=True)
class Kind:
    """A row of the table.

    Args:
        made_by: a recurrent layer, or a cell.
        about: its equation, or what sets it apart; who made it.
        settings: arguments, beside the number of units.
        projected: the output is the cell's projection, of half the units that it remembers with.
    """

    made_by: type[Any]
    about: str
    settings: dict = field(default_factory=dict)
    projected: bool = False


class Kinds(Mapping[str, Kind]):
    """The cells by name: seqzoo's own, then those that installed packages declare.

    These packages import `seqzoo.layers` themselves. They are loaded when a cell is first asked for, not when
    this module is imported, so that either may come first.

    Args:
        own: seqzoo's own cells.
    """

    def __init__(self, own: Mapping[str, Kind]):
        self._own = own

    def __getitem__(self, name: str) -> Kind:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @functools.cached_property
    def _all(self) -> dict[str, Kind]:
        kinds = dict(self._own)
        for name, found in plugins.load(GROUP).items():
            if name in kinds:
                plugins.leave_out(GROUP, name, "there is a cell of that name")
            elif not _is_kind(found):
                plugins.leave_out(
                    GROUP, name, "expected a seqzoo.layers.table.Kind of a Cell or an RNN"
                )
            else:
                kinds[name] = found
        return kinds


def _is_kind(found: object) -> TypeGuard[Kind]:
    return (
        isinstance(found, Kind)
        and isinstance(found.made_by, type)
        and issubclass(found.made_by, (cells.Cell, keras.layers.RNN))
    )


CELLS = Kinds({
    "simple_rnn": Kind(SimpleRNN, "h = tanh(W x + U h + b); Elman 1990"),
    "simple_rnn_relu": Kind(SimpleRNN, "h = relu(W x + U h + b)", {"activation": "relu"}),
    "irnn": Kind(SimpleRNN, "relu, U begins as the identity; Le, Jaitly & Hinton 2015",
                 {"activation": "relu", "recurrent_initializer": "identity"}),
    "layer_norm_simple_rnn": Kind(cells.LayerNormSimpleRNNCell, "h = tanh(LN(W x + U h) + b); Ba 2016"),
    "indrnn": Kind(cells.IndRNNCell, "h = relu(W x + u * h + b), u a vector; Li et al. 2018"),
    "linear_recurrence": Kind(cells.LinearRecurrenceCell, "h = h + tanh(W x + b)"),
    "residual_recurrence": Kind(cells.ResidualRecurrenceCell, "h = h + tanh(W x + U h + b)"),
    "esn": Kind(cells.ESNCell, "echo state network: a reservoir that is not trained; Jaeger 2001"),
    "narx": Kind(cells.NARXCell, "its outputs of 5 steps back come in directly; Lin et al. 1996"),
    "gru": Kind(GRU, "reset gate after the product; Cho et al. 2014, in cuDNN's form"),
    "gru_reset_before": Kind(GRU, "reset gate before the product; Cho et al. 2014", {"reset_after": False}),
    "layer_norm_gru": Kind(cells.LayerNormGRUCell, "Ba et al. 2016"),
    "mgu": Kind(cells.MGUCell, "minimal gated unit, one gate; Zhou et al. 2016"),
    "lstm": Kind(LSTM, "Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000"),
    "lstm_no_forget_gate": Kind(cells.LSTMCell, "the LSTM of 1997", {"forget_gate": None}),
    "lstm_no_input_gate": Kind(cells.LSTMCell, "Greff et al. 2017", {"input_gate": False}),
    "lstm_no_output_gate": Kind(cells.LSTMCell, "Greff et al. 2017", {"output_gate": False}),
    "coupled_lstm": Kind(cells.LSTMCell, "f = 1 - i; Greff et al. 2017", {"forget_gate": "coupled"}),
    "peephole_lstm": Kind(cells.LSTMCell, "gates see c; Gers & Schmidhuber 2000", {"peepholes": True}),
    "projected_lstm": Kind(cells.LSTMCell, "h is half as wide as c; Sak et al. 2014", projected=True),
    "peephole_projected_lstm": Kind(cells.LSTMCell, "both, as in Sak et al. 2014", {"peepholes": True},
                                    projected=True),
    "layer_norm_lstm": Kind(cells.LSTMCell, "Ba et al. 2016", {"layer_norm": True}),
    "mogrifier_lstm": Kind(cells.MogrifierLSTMCell, "x and h gate each other first; Melis et al. 2020"),
    "nas": Kind(cells.NASCell, "found by a search; Zoph & Le 2017"),
})  # fmt: skip


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
        units: size of an output, of each direction.
        bidirectional: run a second copy from the end and join the outputs.
        return_sequences: all states, or the last alone.
        return_state: the last states too, as `keras.layers` give them.
        recurrent_dropout: share of the state dropped, one mask for all steps (Gal & Ghahramani
            2016, section 4).
        initial_scale: weights are drawn evenly from minus this to this, and biases are 0; None: as Keras
            has it. What a cell is by its first weights (`irnn`, `esn`) it stays.
        name: the layer's name.

    Raises:
        InputError: on an unknown cell.
    """
    if cell not in CELLS:
        raise unknown_name("cell", cell, CELLS)
    kind = CELLS[cell]
    settings = _initializers(kind, initial_scale) | kind.settings
    outer: dict[str, Any] = {
        "return_sequences": return_sequences,
        "return_state": return_state,
    }
    outer["name"] = None if bidirectional else name
    if issubclass(kind.made_by, cells.Cell):
        if kind.projected:
            settings, units = settings | {"projection": units}, 2 * units
        layer = RNN(
            kind.made_by(units, recurrent_dropout=recurrent_dropout, **settings), **outer
        )
    else:
        layer = kind.made_by(
            units, recurrent_dropout=recurrent_dropout, **settings, **outer
        )
    return Bidirectional(layer, name=name) if bidirectional else layer


def _initializers(kind: Kind, scale: float | None) -> dict:
    if scale is None:
        return {}
    uniform = keras.initializers.RandomUniform
    names = ["kernel"] if kind.made_by is cells.ESNCell else ["kernel", "recurrent"]
    settings = {f"{name}_initializer": uniform(-scale, scale) for name in names}
    forgets = issubclass(kind.made_by, (LSTM, cells.LSTMCell))
    return settings | ({"unit_forget_bias": False} if forgets else {})
