"""The names that arguments of builders can have; they are here so that flags know them without Keras."""

from seqzoo.lazy import Table

# From an encoder's last states to a decoder's first; see `seqzoo.models.translator`.
BRIDGES = ("copy", "dense", "zero")
# What a decoder of captions looks at; see `seqzoo.models.captioner`.
PICTURE_ENCODERS = ("convolution", "features")
# How the hops of a memory network share their tables, and how it makes a vector of a sentence, beside cells.
MEMORY_WEIGHTS = ("adjacent", "layerwise")
SENTENCES = ("bag", "position")
# How a token becomes the input of the first recurrent layer; see `seqzoo.models.classifier`.
EMBEDDINGS = ("vectors", "one_hot")
# How states (batch, time, features) and their mask (batch, time) become one vector (batch, features).
POOLINGS = Table({
    "last": "seqzoo.models.pooling:last",
    "max": "seqzoo.models.pooling:maximum",
    "mean": "seqzoo.models.pooling:mean",
    "max_mean": "seqzoo.models.pooling:maximum_and_mean",
    "attention": "seqzoo.models.pooling:attention",
})  # fmt: skip
# How a window of a series is normalised by itself; see `seqzoo.models.windows`.
NORMALIZATIONS = ("none", "last", "reversible")
# How a forecaster comes from the past to the steps ahead; see `seqzoo.models.forecaster`.
FORECASTS = ("direct", "encoder_decoder", "recursive", "segments")
# What of a tree has a class; see `seqzoo.models.tree_classifier`.
ANSWERED = ("root", "nodes")
