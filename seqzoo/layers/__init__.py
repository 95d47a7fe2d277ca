"""Recurrent layers; but for one file that TensorFlow alone imports they need `keras` and NumPy alone."""

from seqzoo.layers.adaptive import AdaptiveSoftmax
from seqzoo.layers.attention import ATTENTIONS, Attention
from seqzoo.layers.carried import Carried, WeightDrop
from seqzoo.layers.cells import (
    Cell,
    DeviceCell,
    DropoutCell,
    ESNCell,
    IndRNNCell,
    LayerNormGRUCell,
    LayerNormSimpleRNNCell,
    LinearRecurrenceCell,
    LSTMCell,
    MGUCell,
    MogrifierLSTMCell,
    NARXCell,
    NASCell,
    ResidualCell,
    ResidualRecurrenceCell,
    SpectralRadius,
    StackedCells,
    ZoneoutCell,
    raw_rnn,
)
from seqzoo.layers.crf import CRF, CRFLoss
from seqzoo.layers.decoder import Decoder
from seqzoo.layers.output import cross_entropy
from seqzoo.layers.recurrence import GRU, LSTM, RNN, Bidirectional, SimpleRNN
from seqzoo.layers.table import CELLS, recurrent
from seqzoo.layers.token_dropout import TokenTypeDropout
from seqzoo.layers.twins import from_stock, to_stock

__all__ = [
    "ATTENTIONS",
    "CELLS",
    "CRF",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveSoftmax",
    "Attention",
    "Bidirectional",
    "CRFLoss",
    "Carried",
    "Cell",
    "Decoder",
    "DeviceCell",
    "DropoutCell",
    "ESNCell",
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
    "SimpleRNN",
    "SpectralRadius",
    "StackedCells",
    "TokenTypeDropout",
    "WeightDrop",
    "ZoneoutCell",
    "cross_entropy",
    "from_stock",
    "raw_rnn",
    "recurrent",
    "to_stock",
]
