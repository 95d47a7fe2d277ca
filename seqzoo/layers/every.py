"""All layers. Importing this imports them, after which Keras finds them by name in a model's file."""

# ruff: noqa: F401
# What of it is public, the package says in its `__all__`.
from seqzoo.layers.adaptive import AdaptiveSoftmax
from seqzoo.layers.attention import Attention
from seqzoo.layers.built_model import BuiltModel
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.carried import Carried, WeightDrop
from seqzoo.layers.cells import (
    Cell,
    DeviceCell,
    DropoutCell,
    ESNCell,
    ForgetLSTMCell,
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
from seqzoo.layers.choices import ATTENTIONS, COMPOSITIONS
from seqzoo.layers.chopped import Chopped
from seqzoo.layers.compositions import ChildSumComposition
from seqzoo.layers.crf import CRF, CRFLoss
from seqzoo.layers.ctc import CTCLoss, ctc_loss
from seqzoo.layers.decoder import Decoder
from seqzoo.layers.distributions import ForecastLoss
from seqzoo.layers.mixture import PenLoss
from seqzoo.layers.output import cross_entropy
from seqzoo.layers.recency import Recency
from seqzoo.layers.recurrence import GRU, LSTM, RNN, Bidirectional, SimpleRNN
from seqzoo.layers.sentences import MergeSentences, PartSentences
from seqzoo.layers.table import CELLS
from seqzoo.layers.token_dropout import TokenTypeDropout
from seqzoo.layers.tree_states import TreeStates
from seqzoo.layers.twins import from_stock, to_stock
from seqzoo.layers.window import Window, Windowed
