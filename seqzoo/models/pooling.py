"""How states are pooled over time: `seqzoo.models.POOLINGS`.

Each takes states (batch, time, features) and a mask, bool (batch, time), and gives one vector a text.
"""

from keras import layers, ops

from seqzoo.layers.attention import ban
from seqzoo.layers.tensors import Tensor


def last(x: Tensor, mask: Tensor) -> Tensor:
    """(batch, features) as it is: the recurrent layer gave its last state alone."""
    return x


def maximum(x: Tensor, mask: Tensor) -> Tensor:
    """(batch, time, features) -> (batch, features), padding left out; zeros where there is nothing else."""
    there = ops.expand_dims(mask, -1)
    lowest = ops.where(there, x, ban(there, axis=1, dtype=x.dtype))
    return layers.GlobalMaxPooling1D(name="max_over_time")(lowest)


def mean(x: Tensor, mask: Tensor) -> Tensor:
    """(batch, time, features) -> (batch, features), padding left out."""
    return layers.GlobalAveragePooling1D(name="mean_over_time")(x, mask=mask)


def maximum_and_mean(x: Tensor, mask: Tensor) -> Tensor:
    """(batch, time, features) -> (batch, twice the features), padding left out."""
    return layers.Concatenate(name="max_mean")([maximum(x, mask), mean(x, mask)])


def attention(x: Tensor, mask: Tensor) -> Tensor:
    """(batch, time, features) -> (batch, features), padding left out; zeros where there is nothing else."""
    scores = layers.Dense(1, use_bias=False, name="attention_scores")(x)
    there = ops.expand_dims(mask, -1)
    scores = ops.where(there, scores, ban(there, axis=1, dtype=scores.dtype))
    weights = layers.Softmax(axis=1, name="attention")(scores) * ops.cast(
        there, scores.dtype
    )
    return layers.Flatten(name="attended")(
        layers.Dot(axes=1, name="weighted_sum")([x, weights])
    )
