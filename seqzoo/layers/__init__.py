"""Recurrent layers; but for one file that TensorFlow alone imports they need `keras` and NumPy alone.

Names here are imported when they are first asked for: the tables of names need no Keras. Once Keras is
imported, before or after this, all layers are too, so that it finds them by name in a model's file.
"""

# ruff: noqa: F403, F405
# `every` says where each name is defined.
import importlib
import sys
from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.layers.every import *

__all__ = [
    "ATTENTIONS",
    "CELLS",
    "COMPOSITIONS",
    "CRF",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveSoftmax",
    "Attention",
    "Bidirectional",
    "CRFLoss",
    "CTCLoss",
    "Carried",
    "Cell",
    "Chopped",
    "Decoder",
    "DeviceCell",
    "DropoutCell",
    "ESNCell",
    "ForecastLoss",
    "ForgetLSTMCell",
    "IndRNNCell",
    "LSTMCell",
    "LayerNormGRUCell",
    "LayerNormSimpleRNNCell",
    "LinearRecurrenceCell",
    "MGUCell",
    "MogrifierLSTMCell",
    "NARXCell",
    "NASCell",
    "PenLoss",
    "ResidualCell",
    "ResidualRecurrenceCell",
    "SimpleRNN",
    "SpectralRadius",
    "StackedCells",
    "TokenTypeDropout",
    "TreeStates",
    "WeightDrop",
    "Window",
    "Windowed",
    "ZoneoutCell",
    "cross_entropy",
    "ctc_loss",
    "from_stock",
    "raw_rnn",
    "recurrent",
    "to_stock",
]

_PLACES = lazy.places("seqzoo.layers.every", *__all__) | {
    "ATTENTIONS": "seqzoo.layers.choices:ATTENTIONS",
    "CELLS": "seqzoo.layers.table:CELLS",
    "COMPOSITIONS": "seqzoo.layers.choices:COMPOSITIONS",
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)


def _register() -> None:
    """Import all layers, unless it is one of them that has Keras imported, whose own import is not over."""
    own = {f"{__name__}.{module}" for module in ("choices", "table")}
    if not any(name.startswith(f"{__name__}.") for name in sys.modules.keys() - own):
        importlib.import_module(f"{__name__}.every")


lazy.after("keras", _register)
