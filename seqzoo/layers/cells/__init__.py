"""Cells that Keras lacks, and cells around cells."""

from seqzoo.layers.cells.base import Cell
from seqzoo.layers.cells.forgetting import ForgetLSTMCell
from seqzoo.layers.cells.gru import LayerNormGRUCell, MGUCell
from seqzoo.layers.cells.lstm import LSTMCell, MogrifierLSTMCell
from seqzoo.layers.cells.nas import NASCell
from seqzoo.layers.cells.raw import raw_rnn
from seqzoo.layers.cells.simple import (
    ESNCell,
    IndRNNCell,
    LayerNormSimpleRNNCell,
    LinearRecurrenceCell,
    NARXCell,
    ResidualRecurrenceCell,
)
from seqzoo.layers.cells.spectral import SpectralRadius
from seqzoo.layers.cells.wrappers import (
    DeviceCell,
    DropoutCell,
    ResidualCell,
    StackedCells,
    ZoneoutCell,
)

__all__ = [
    "Cell",
    "DeviceCell",
    "DropoutCell",
    "ESNCell",
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
    "ResidualCell",
    "ResidualRecurrenceCell",
    "SpectralRadius",
    "StackedCells",
    "ZoneoutCell",
    "raw_rnn",
]
