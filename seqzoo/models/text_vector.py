"""A text as one vector: embedding, stacked recurrent layers, pooling over time.

But for the recurrent layers, which have stock twins, it is made of Keras' own layers alone.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.by_name import sums_of
from seqzoo.layers.tensors import Tensor
from seqzoo.models.bigrams import bigram_rows
from seqzoo.models.built import BUILDERS, description_of
from seqzoo.models.choices import EMBEDDINGS, POOLINGS
from seqzoo.models.near_words import near_states
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    stacked,
    thin_out,
)
from seqzoo.models.table import table


def text_vector(
    vocab_size: int,
    *,
    cell: str,
    units: int | Sequence[int],
    num_layers: int,
    bidirectional: bool,
    embedding: str,
    embedding_dim: int,
    chop: int,
    pooling: str,
    dropout: float,
    recurrent_dropout: float,
    embedding_dropout: float,
    token_dropout: float,
    residual: bool,
    near_units: int = 0,
    bigrams: int = 0,
) -> tuple[Tensor, Tensor]:
    """Make what builders of one answer a text share; they add the output layer.

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        cell, units, num_layers, bidirectional, embedding, embedding_dim, chop, pooling, dropout,
            recurrent_dropout, embedding_dropout, token_dropout, residual, near_units, bigrams: see
            `seqzoo.models.classifier`.

    Returns:
        The input `tokens`, int32 (batch, time), and the pooled vector after dropout, float32
        (batch, features).

    Raises:
        InputError: on an unknown cell, embedding or pooling, a number out of its range, or settings that
            exclude each other.
    """
    units = layer_sizes(units, num_layers)
    check_positive(vocab_size=vocab_size, embedding_dim=embedding_dim)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_shares(embedding_dropout=embedding_dropout, token_dropout=token_dropout)
    check_name("pooling", pooling, POOLINGS)
    check_name("embedding", embedding, EMBEDDINGS)
    check_chop(chop, pooling)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    mask = ops.not_equal(tokens, 0)  # passed on by hand: rule 4 of the house
    one_hot = embedding == "one_hot"
    if one_hot:
        x = table(vocab_size, sums_of(cell, units[0], bidirectional))(tokens)
    else:
        x = layers.Embedding(vocab_size, embedding_dim, name="embedding")(tokens)
    if bigrams:
        pairs = bigram_rows(tokens, vocab_size, bigrams, x.shape[-1])
        x = layers.Add(name="with_bigrams")([x, pairs])
    x = thin_out(x, token_dropout, embedding_dropout)
    if near_units:
        seen = near_states(tokens, mask, vocab_size, near_units, bidirectional, chop)
        if one_hot:
            kernel = layers.Dense(
                x.shape[-1],
                use_bias=False,
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
                name="near_kernel",
            )
            seen = kernel(seen)
            x = layers.Add(name="with_near")([x, seen])
        else:
            x = layers.Concatenate(name="with_near")([x, seen])
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
        sums=one_hot,
        chop=chop,
    )
    x = POOLINGS[pooling](x, mask)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return tokens, x


def for_whole_texts(model: keras.Model) -> dict[str, keras.Model]:
    """What is saved of a model: one that reads texts whole, with its weights."""
    description = description_of(model)
    arguments = description["arguments"]
    if not arguments["chop"]:
        return {"model": model}
    build = BUILDERS[description["builder"]].build
    whole = build(**arguments | {"chop": 0})
    whole.set_weights(model.get_weights())
    return {"model": whole}


def check_chop(chop: int, pooling: str) -> None:
    """Refuse pieces that are none, or whose states nothing pools over the whole.

    Raises:
        InputError: naming the setting.
    """
    if isinstance(chop, bool) or not isinstance(chop, int) or chop < 0:
        raise InputError(f"chop: expected a whole number of at least 0; got {chop!r}")
    if chop and pooling == "last":
        raise InputError(
            "chop: pooling last reads the last piece alone; expected another pooling"
        )
