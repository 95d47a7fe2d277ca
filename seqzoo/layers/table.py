"""The one table of recurrent cells: every builder, recipe and test knows a cell by its name here.

Importing it imports no Keras: a cell's class is imported when it is first asked for.
"""

import functools
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from typing import Any

from seqzoo import lazy, plugins
from seqzoo.errors import InputError

GROUP = "seqzoo.cells"  # of entry points
PACKAGE = "seqzoo.layers"
LAYERS, OWN = "seqzoo.layers.recurrence:", "seqzoo.layers.cells:"  # begin a place


@dataclass(frozen=True)
class Kind:
    """A row of the table.

    Args:
        made_by: a recurrent layer, or a cell: the class, or where it is, as "module:attribute".
        about: its equation, or what sets it apart; who made it.
        settings: arguments, beside the number of units.
        projected: the output is the cell's projection, of half the units that it remembers with.
    """

    made_by: type[Any] | str
    about: str
    settings: dict = field(default_factory=dict)
    projected: bool = False

    @functools.cached_property
    def layer(self) -> type[Any]:
        """The class of the recurrent layer or cell, imported.

        Raises:
            InputError: if there is none at the place that it was said to be.
        """
        if not isinstance(self.made_by, str):
            return self.made_by
        try:
            return lazy.found(self.made_by)
        except (ImportError, AttributeError) as error:
            raise InputError(f"cell: {self.made_by}: {error}") from error

    @property
    def registered_by(self) -> str | None:
        """The module whose import makes the cell known to plain Keras; None: Keras has the layer itself.

        Of seqzoo's own cells nothing is imported for that.
        """
        if isinstance(self.made_by, str) and self.made_by.startswith(LAYERS):
            return None
        if isinstance(self.made_by, str) and self.made_by.startswith(OWN):
            return PACKAGE
        from seqzoo.layers.cells import Cell

        if not issubclass(self.layer, Cell):
            return None
        module = self.layer.__module__
        return PACKAGE if module.startswith("seqzoo.") else module


class Kinds(Mapping[str, Kind]):
    """The cells by name: seqzoo's own, then those that installed packages declare.

    A package's cells have their names from its entry points. They are loaded when one of them is first asked
    for; those that cannot be used are left out from then on. `items` and `values` load them, too.

    Args:
        own: seqzoo's own cells.
    """

    def __init__(self, own: Mapping[str, Kind]):
        self._own = own
        self._refused: set[str] = set()

    def __getitem__(self, name: str) -> Kind:
        return self._own[name] if name in self._own else self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._declared if name not in self._refused)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def items(self) -> ItemsView[str, Kind]:
        """Names and rows, of packages those that can be used."""
        return {**self._own, **self._loaded}.items()

    def values(self) -> ValuesView[Kind]:
        """Rows, of packages those that can be used."""
        return {**self._own, **self._loaded}.values()

    @functools.cached_property
    def _declared(self) -> list[str]:
        """The names of packages' cells, none of them loaded."""
        names = []
        for name in plugins.points(GROUP):
            if name in self._own:
                plugins.leave_out(GROUP, name, "there is a cell of that name")
            else:
                names.append(name)
        return names

    @functools.cached_property
    def _loaded(self) -> dict[str, Kind]:
        """Packages' cells that can be used; the others are refused, each with a line of the log."""
        kinds = {}
        for name in self._declared:
            found = plugins.load(GROUP).get(name)  # without those that have had their line
            if isinstance(found, Kind) and _is_recurrent(found):
                kinds[name] = found
                continue
            self._refused.add(name)
            if name in plugins.load(GROUP):
                plugins.leave_out(
                    GROUP, name, "expected a seqzoo.layers.table.Kind of a Cell or an RNN"
                )
        return kinds


def _is_recurrent(kind: Kind) -> bool:
    """Whether a row has a cell or a recurrent layer; a class that is not yet imported is taken for one."""
    if isinstance(kind.made_by, str):
        return True
    import keras

    from seqzoo.layers.cells import Cell

    return isinstance(kind.made_by, type) and issubclass(
        kind.made_by, (Cell, keras.layers.RNN)
    )


CELLS = Kinds({
    "simple_rnn": Kind(LAYERS + "SimpleRNN", "h = tanh(W x + U h + b); Elman 1990"),
    "simple_rnn_relu": Kind(LAYERS + "SimpleRNN", "h = relu(W x + U h + b)", {"activation": "relu"}),
    "irnn": Kind(LAYERS + "SimpleRNN", "relu, U begins as the identity; Le, Jaitly & Hinton 2015",
                 {"activation": "relu", "recurrent_initializer": "identity"}),
    "layer_norm_simple_rnn": Kind(OWN + "LayerNormSimpleRNNCell", "h = tanh(LN(W x + U h) + b); Ba 2016"),
    "indrnn": Kind(OWN + "IndRNNCell", "h = relu(W x + u * h + b), u a vector; Li et al. 2018"),
    "linear_recurrence": Kind(OWN + "LinearRecurrenceCell", "h = h + tanh(W x + b)"),
    "residual_recurrence": Kind(OWN + "ResidualRecurrenceCell", "h = h + tanh(W x + U h + b)"),
    "esn": Kind(OWN + "ESNCell", "echo state network: a reservoir that is not trained; Jaeger 2001"),
    "narx": Kind(OWN + "NARXCell", "its outputs of 5 steps back come in directly; Lin et al. 1996"),
    "gru": Kind(LAYERS + "GRU", "reset gate after the product; Cho et al. 2014, in cuDNN's form"),
    "gru_reset_before": Kind(LAYERS + "GRU", "reset gate before the product; Cho et al. 2014",
                             {"reset_after": False}),
    "layer_norm_gru": Kind(OWN + "LayerNormGRUCell", "Ba et al. 2016"),
    "mgu": Kind(OWN + "MGUCell", "minimal gated unit, one gate; Zhou et al. 2016"),
    "lstm": Kind(LAYERS + "LSTM", "Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000"),
    "lstm_no_forget_gate": Kind(OWN + "LSTMCell", "the LSTM of 1997", {"forget_gate": None}),
    "lstm_no_input_gate": Kind(OWN + "LSTMCell", "Greff et al. 2017", {"input_gate": False}),
    "lstm_no_output_gate": Kind(OWN + "LSTMCell", "Greff et al. 2017", {"output_gate": False}),
    "forget_lstm": Kind(OWN + "ForgetLSTMCell", "c = f c + g, h = tanh(c); Johnson & Zhang 2016"),
    "coupled_lstm": Kind(OWN + "LSTMCell", "f = 1 - i; Greff et al. 2017", {"forget_gate": "coupled"}),
    "peephole_lstm": Kind(OWN + "LSTMCell", "gates see c; Gers & Schmidhuber 2000", {"peepholes": True}),
    "projected_lstm": Kind(OWN + "LSTMCell", "h is half as wide as c; Sak et al. 2014", projected=True),
    "peephole_projected_lstm": Kind(OWN + "LSTMCell", "both, as in Sak et al. 2014", {"peepholes": True},
                                    projected=True),
    "layer_norm_lstm": Kind(OWN + "LSTMCell", "Ba et al. 2016", {"layer_norm": True}),
    "mogrifier_lstm": Kind(OWN + "MogrifierLSTMCell", "x and h gate each other first; Melis et al. 2020"),
    "nas": Kind(OWN + "NASCell", "found by a search; Zoph & Le 2017"),
})  # fmt: skip
