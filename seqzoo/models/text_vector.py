"""A text as one vector: embedding, stacked recurrent layers, pooling over time.

But for the recurrent layers, which have stock twins, it is made of Keras' own layers alone.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.layers.tensors import Tensor
from seqzoo.models.choices import POOLINGS
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    stacked,
    thin_out,
)


def text_vector(
    vocab_size: int,
    *,
    cell: str,
    units: int | Sequence[int],
    num_layers: int,
    bidirectional: bool,
    embedding_dim: int,
    pooling: str,
    dropout: float,
    recurrent_dropout: float,
    embedding_dropout: float,
    token_dropout: float,
    residual: bool,
) -> tuple[Tensor, Tensor]:
    """Make what builders of one answer a text share; they add the output layer.

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        cell, units, num_layers, bidirectional, embedding_dim, pooling, dropout, recurrent_dropout,
            embedding_dropout, token_dropout, residual: see `seqzoo.models.classifier`.

    Returns:
        The input `tokens`, int32 (batch, time), and the pooled vector after dropout, float32
        (batch, features).

    Raises:
        InputError: on an unknown cell or pooling, or a number out of its range.
    """
    units = layer_sizes(units, num_layers)
    check_positive(vocab_size=vocab_size, embedding_dim=embedding_dim)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_shares(embedding_dropout=embedding_dropout, token_dropout=token_dropout)
    check_name("pooling", pooling, POOLINGS)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    mask = ops.not_equal(tokens, 0)  # passed on by hand: rule 4 of the house
    x = layers.Embedding(vocab_size, embedding_dim, name="embedding")(tokens)
    x = thin_out(x, token_dropout, embedding_dropout)
    x = stacked(
        x,
        mask,
        cell=cell,
        units=units,
        bidirectional=bidirectional,
        return_sequences=pooling != "last",
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        residual=residual,
    )
    x = POOLINGS[pooling](x, mask)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return tokens, x
