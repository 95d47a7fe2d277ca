"""The names that arguments of layers can have; they are here so that flags know them without Keras."""

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
