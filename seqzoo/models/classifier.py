"""Sequence to class: a text as one vector, and a dense layer."""

from collections.abc import Sequence

import keras

from seqzoo.models.built import builder
from seqzoo.models.stack import check_positive, probabilities
from seqzoo.models.text_vector import for_whole_texts, text_vector


@builder(parts=for_whole_texts, training_only={"chop": 0})
def classifier(
    vocab_size: int,
    num_classes: int,
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
    multi_label: bool = False,
    near_units: int = 0,
    bigrams: int = 0,
    name: str = "classifier",
) -> keras.Model:
    """Build a sequence classifier.

    Input `tokens`: int32 (batch, time), right-padded with 0, at least one token a row. Output
    `label`: float32 (batch, num_classes), the classes' probabilities (softmax); with
    `num_classes=1`, (batch, 1), the probability of the one class (sigmoid); with `multi_label` the
    probability of each class by itself (sigmoid).

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        num_classes: number of classes; 1 for a single sigmoid unit.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends.
        embedding: `"vectors"`: a token is a vector, which the cell's kernel multiplies; `"one_hot"`: a
            token goes straight into the cell's gates, as a row of a table of vocabulary by gates (Johnson &
            Zhang 2016); there is no kernel, and the cell is `forget_lstm`.
        embedding_dim: size of a token's vector.
        chop: in training the layers read pieces of so many tokens, and the states are pooled over the whole
            text (the same paper, section 2.1); 0: texts are read whole.
        pooling: how the states are pooled over time: `"last"` (of each direction), `"max"`,
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
        multi_label: a text may have several classes, or none.
        near_units: state size of each direction of an LSTM that pretraining has taught to tell near words and
            that stays as it is: its states are further inputs of the first layer ("tv-embedding"; Johnson &
            Zhang 2016, section 3); 0: none.
        bigrams: rows of a second table, which a token and the one before it find by their hash; a row is
            added to the token's own. 0: none.
        name: the model's name.

    Raises:
        InputError: on an unknown cell or pooling, or a number out of its range.
    """
    check_positive(num_classes=num_classes)
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
        near_units=near_units,
        bigrams=bigrams,
    )
    output = probabilities(x, num_classes, multi_label)
    return keras.Model(tokens, output, name=name)
