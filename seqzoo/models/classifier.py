"""Sequence to class: embedding, stacked recurrent layers, pooling over time, a dense layer.

But for the recurrent layers, which have stock twins, the model is made of Keras' own layers alone.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.layers.attention import ban
from seqzoo.models.built import builder
from seqzoo.models.stack import check_name, check_positive, check_shares, layer_sizes, stacked, thin_out


@builder()
def classifier(
    vocab_size: int,
    num_classes: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 128,
    num_layers: int = 1,
    bidirectional: bool = True,
    embedding_dim: int = 128,
    pooling: str = "last",
    dropout: float = 0.5,
    recurrent_dropout: float = 0.0,
    embedding_dropout: float = 0.0,
    token_dropout: float = 0.0,
    residual: bool = False,
    name: str = "classifier",
) -> keras.Model:
    """Build a sequence classifier.

    Input `tokens`: int32 (batch, time), right-padded with 0, at least one token a row. Output
    `label`: float32 (batch, num_classes), the classes' probabilities (softmax); with
    `num_classes=1`, (batch, 1), the probability of the one class (sigmoid).

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        num_classes: number of classes; 1 for a single sigmoid unit.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends.
        embedding_dim: size of a token's vector.
        pooling: what becomes of the states over time: `"last"` (of each direction), `"max"`,
            `"mean"`, `"max_mean"` (both, joined), or `"attention"` (a learned weighted mean; Yang et
            al. 2016, section 2.2, without its hidden layer).
        dropout: share dropped of each layer's output and of the pooled vector.
        recurrent_dropout: share dropped of the state, one mask for all steps (Gal & Ghahramani
            2016). It slows training.
        embedding_dropout: share of embedding features dropped, one mask a text.
        token_dropout: share of tokens whose whole vector is dropped (Iyyer et al. 2015, "word
            dropout").
        residual: add a layer's input to its output (He et al. 2016); where sizes differ, which the
            first layer's may, nothing is added.
        name: the model's name.

    Raises:
        InputError: on an unknown cell or pooling, or a number out of its range.
    """
    units = layer_sizes(units, num_layers)
    check_positive(vocab_size=vocab_size, num_classes=num_classes, embedding_dim=embedding_dim)
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
    output = layers.Dense(num_classes, "softmax" if num_classes > 1 else "sigmoid", name="label")(x)
    return keras.Model(tokens, output, name=name)


def _max(x, mask):
    """(batch, time, features) -> (batch, features), padding left out; zeros where there is nothing else."""
    there = ops.expand_dims(mask, -1)
    lowest = ops.where(there, x, ban(there, axis=1, dtype=x.dtype))
    return layers.GlobalMaxPooling1D(name="max_over_time")(lowest)


def _mean(x, mask):
    return layers.GlobalAveragePooling1D(name="mean_over_time")(x, mask=mask)


def _attention(x, mask):
    """(batch, time, features) -> (batch, features), padding left out; zeros where there is nothing else."""
    scores = layers.Dense(1, use_bias=False, name="attention_scores")(x)
    there = ops.expand_dims(mask, -1)
    scores = ops.where(there, scores, ban(there, axis=1, dtype=scores.dtype))
    weights = layers.Softmax(axis=1, name="attention")(scores) * ops.cast(there, scores.dtype)
    return layers.Flatten(name="attended")(layers.Dot(axes=1, name="weighted_sum")([x, weights]))


POOLINGS = {
    "last": lambda x, mask: x,
    "max": _max,
    "mean": _mean,
    "max_mean": lambda x, mask: layers.Concatenate(name="max_mean")([_max(x, mask), _mean(x, mask)]),
    "attention": _attention,
}
