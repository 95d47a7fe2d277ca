"""Series of numbers to class: recurrent layers, convolutions in front of them or beside them."""

from collections.abc import Sequence

import keras
from keras import layers

from seqzoo.errors import InputError
from seqzoo.models.built import builder
from seqzoo.models.choices import POOLINGS
from seqzoo.models.convolutions import convolved
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    probabilities,
    stacked,
)
from seqzoo.models.windows import mask_of, with_static


@builder()
def series_classifier(
    num_features: int,
    num_classes: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 128,
    num_layers: int = 1,
    bidirectional: bool = True,
    static_features: int = 0,
    convolution: Sequence[int] = (),
    kernel_sizes: Sequence[int] = (8, 5, 3),
    beside: bool = False,
    pooling: str = "last",
    dropout: float = 0.5,
    recurrent_dropout: float = 0.0,
    residual: bool = False,
    multi_label: bool = False,
    name: str = "series_classifier",
) -> keras.Model:
    """Build a classifier of series of numbers.

    Inputs: `values` float32 (batch, time, num_features), right-padded; `lengths` int32 (batch,), the steps of
    each row, at least one; with static features `static` float32 (batch, static_features). Output `label`:
    float32 (batch, num_classes), the classes' probabilities (softmax); with `num_classes=1`, (batch, 1), the
    probability of the one class (sigmoid); with `multi_label` the probability of each class by itself.

    LSTM-FCN (Karim et al. 2018) is `cell="lstm", units=8, bidirectional=False, dropout=0.8,
    convolution=(128, 256, 128), beside=True`, but for its exchange of time and channels in front of the LSTM.

    Args:
        num_features: channels of a series.
        num_classes: number of classes; 1 for a single sigmoid unit.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer, as `(16, 8, 4)`.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends.
        static_features: numbers of the whole series, which come in at each step.
        convolution: filters of convolutions over time, each with batch normalisation and ReLU; empty: none.
        kernel_sizes: steps that the filters see; of more convolutions than sizes the last size is that of the
            others.
        beside: the convolutions see the series beside the recurrent layers, and their mean over time joins
            the pooled states; else they are in front.
        pooling: how the states are pooled over time; see `seqzoo.models.classifier`.
        dropout: share dropped of each layer's output and of the pooled states.
        recurrent_dropout: share dropped of the state, one mask for all steps. It slows training.
        residual: add a layer's input to its output where sizes agree.
        multi_label: a series may have several classes, or none.
        name: the model's name.

    Raises:
        InputError: on an unknown cell or pooling, or a number out of its range.
    """
    sizes = layer_sizes(units, num_layers)
    check_positive(num_features=num_features, num_classes=num_classes)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_name("pooling", pooling, POOLINGS)
    if beside and not convolution:
        raise InputError("beside: expected convolutions; convolution has none")

    values = keras.Input((None, num_features), name="values")
    lengths = keras.Input((), dtype="int32", name="lengths")
    mask = mask_of(values, lengths)
    x, inputs = with_static(values, static_features)
    filtered = convolved(x, mask, convolution, kernel_sizes) if convolution else None
    states = stacked(
        filtered if filtered is not None and not beside else x,
        mask,
        cell=cell,
        units=sizes,
        bidirectional=bidirectional,
        return_sequences=pooling != "last",
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        residual=residual,
    )
    pooled = POOLINGS[pooling](states, mask)
    if dropout:
        pooled = layers.Dropout(dropout, name="dropout")(pooled)
    if beside:
        of_filters = layers.GlobalAveragePooling1D(name="mean_of_filters")(
            filtered, mask=mask
        )
        pooled = layers.Concatenate(name="both")([pooled, of_filters])

    output = probabilities(pooled, num_classes, multi_label)
    return keras.Model([values, lengths, *inputs], output, name=name)
