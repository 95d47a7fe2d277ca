"""Sequence to number: a text as one vector, and a dense layer with one output."""

from collections.abc import Sequence

import keras
from keras import layers

from seqzoo.models.built import builder
from seqzoo.models.text_vector import for_whole_texts, text_vector


@builder(parts=for_whole_texts, training_only={"chop": 0})
def regressor(
    vocab_size: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 128,
    num_layers: int = 1,
    bidirectional: bool = True,
    embedding: str = "vectors",
    embedding_dim: int = 128,
    chop: int = 0,
    pooling: str = "last",
    dropout: float = 0.5,
    recurrent_dropout: float = 0.0,
    embedding_dropout: float = 0.0,
    token_dropout: float = 0.0,
    residual: bool = False,
    name: str = "regressor",
) -> keras.Model:
    """Build a sequence regressor.

    Input `tokens`: int32 (batch, time), right-padded with 0, at least one token a row. Output
    `value`: float32 (batch, 1), any number (linear). Train it on targets of mean 0 and standard
    deviation 1.

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends.
        embedding, chop: see `seqzoo.models.classifier`.
        embedding_dim: size of a token's vector.
        pooling: how the states are pooled over time; see `seqzoo.models.classifier`.
        dropout: share dropped of each layer's output and of the pooled vector.
        recurrent_dropout: share dropped of the state, one mask for all steps. It slows training.
        embedding_dropout: share of embedding features dropped, one mask a text.
        token_dropout: share of tokens whose whole vector is dropped.
        residual: add a layer's input to its output where sizes agree.
        name: the model's name.

    Raises:
        InputError: on an unknown cell or pooling, or a number out of its range.
    """
    tokens, x = text_vector(
        vocab_size,
        cell=cell,
        units=units,
        num_layers=num_layers,
        bidirectional=bidirectional,
        embedding=embedding,
        embedding_dim=embedding_dim,
        chop=chop,
        pooling=pooling,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        embedding_dropout=embedding_dropout,
        token_dropout=token_dropout,
        residual=residual,
    )
    return keras.Model(tokens, layers.Dense(1, name="value")(x), name=name)
