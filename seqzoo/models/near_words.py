"""A recurrent layer that learns to tell the words near each token, before there are labels."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.layers.by_name import sums_of
from seqzoo.layers.tensors import Tensor
from seqzoo.models.stack import check_positive, layer_sizes, stacked
from seqzoo.models.table import table

# Rows of a table begin so wide: states then differ from word to word, and there is something to learn from.
SPREAD = 0.2
# Of layers that stay as pretraining has left them.
NEAR_CELL, NEAR_PREFIX = "forget_lstm", "near_"


def near_words(
    vocab_size: int,
    *,
    cell: str,
    units: int | Sequence[int],
    num_layers: int,
    bidirectional: bool,
    embedding: str = "vectors",
    embedding_dim: int = 1,
    prefix: str = "",
) -> keras.Model:
    """Build the embedding and the first recurrent layer of a text's network, and vectors of near words.

    Johnson & Zhang 2016 ("Supervised and semi-supervised text categorization using LSTM for region
    embeddings", section 3) train such layers on unlabelled text and keep them as they are, as further inputs
    of a classifier: its `near_units`. Or they begin a classifier, which trains them further (Dai & Le 2015).

    Input `tokens`: int32 (batch, time), right-padded with 0. Input `noise`: int32 (1, samples), words drawn
    at random. Outputs: the states, float32 (batch, time, directions * units); for each token the vectors
    that a state is multiplied by to say how likely it is near, float32 (batch, time, directions *
    (units + 1)), the last of each direction's a bias; and those of the noise, (1, samples, ...).

    Args:
        vocab_size, cell, units, num_layers, bidirectional, embedding, embedding_dim: see
            `seqzoo.models.classifier`; the layers have the names that it gives them.
        prefix: of these names.

    Raises:
        InputError: on an unknown cell, or a number out of its range.
    """
    check_positive(vocab_size=vocab_size, embedding_dim=embedding_dim)
    first = layer_sizes(units, num_layers)[0]
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    noise = keras.Input((None,), dtype="int32", name="noise")
    mask = ops.not_equal(tokens, 0)
    if embedding == "one_hot":
        rows = table(vocab_size, sums_of(cell, first, bidirectional), prefix, SPREAD)
    else:
        rows = layers.Embedding(vocab_size, embedding_dim, name=f"{prefix}embedding")
    states = stacked(
        rows(tokens),
        mask,
        cell=cell,
        units=(first,),
        bidirectional=bidirectional,
        return_sequences=True,
        dropout=0.0,
        recurrent_dropout=0.0,
        residual=False,
        sums=embedding == "one_hot",
        prefix=prefix,
    )
    directions = 2 if bidirectional else 1
    # What a state is joined with may be narrower than `units`: projected cells.
    size = states.shape[-1] // directions
    near = layers.Embedding(
        vocab_size, directions * (size + 1), embeddings_initializer="zeros", name="near"
    )
    return keras.Model(
        [tokens, noise], [states, near(tokens), near(noise)], name="near_words"
    )


def near_states(
    tokens: Tensor,
    mask: Tensor,
    vocab_size: int,
    units: int,
    bidirectional: bool,
    chop: int,
) -> Tensor:
    """The states of layers that tell near words, and that training leaves as they are.

    Pretraining gives them their weights: those of `near_words` with `NEAR_CELL` and `NEAR_PREFIX`.

    Returns:
        float32 (batch, time, directions * units).
    """
    near = table(vocab_size, sums_of(NEAR_CELL, units, bidirectional), NEAR_PREFIX)
    near.trainable = False
    return stacked(
        near(tokens),
        mask,
        cell=NEAR_CELL,
        units=(units,),
        bidirectional=bidirectional,
        return_sequences=True,
        dropout=0.0,
        recurrent_dropout=0.0,
        residual=False,
        sums=True,
        chop=chop,
        prefix=NEAR_PREFIX,
        trainable=False,
    )
