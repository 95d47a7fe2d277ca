"""The names that arguments of layers can have; they are here so that flags know them without Keras."""

from seqzoo.lazy import Table

# Ways of attention; see `seqzoo.layers.Attention`.
ATTENTIONS = (
    "dot",
    "scaled_dot",
    "luong",
    "luong_scaled",
    "luong_monotonic",
    "bahdanau",
    "bahdanau_normed",
    "bahdanau_monotonic",
)
# Which of a decoder's layers attends; see `seqzoo.layers.Decoder`.
PLACES = ("top", "bottom")
# How a node of a tree gets its state; see `seqzoo.layers.compositions`.
COMPOSITIONS = Table({
    "child_sum": "seqzoo.layers.compositions:ChildSumComposition",
    "gru": "seqzoo.layers.compositions:GatedComposition",
    "lstm": "seqzoo.layers.compositions:LSTMComposition",
    "tanh": "seqzoo.layers.compositions:TanhComposition",
    "tensor": "seqzoo.layers.compositions:TensorComposition",
})  # fmt: skip
