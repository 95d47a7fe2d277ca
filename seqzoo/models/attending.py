"""What builders of attending decoders share: embeddings that are the output layer too, keys, first states."""

from collections.abc import Sequence

import keras
from keras import layers

from seqzoo.layers.attention import key_layer
from seqzoo.layers.tensors import Tensor

# Keras' own start of embeddings, 0.03, is so small that it takes epochs before attention finds anything to
# attend to; the target's are the output layer too, whose first logits should be small.
SOURCE_SPREAD, TARGET_SPREAD = 0.25, 0.1


def normal(spread: float) -> keras.initializers.Initializer:
    """How embeddings begin: normal numbers of this deviation."""
    return keras.initializers.RandomNormal(stddev=spread)


def target_embedding(size: int, dim: int, tie: bool) -> layers.ReversibleEmbedding:
    """The embeddings of what is written, and the output layer, of the same weights where `tie`."""
    return layers.ReversibleEmbedding(
        size, dim, tie, normal(TARGET_SPREAD), name="target_embedding"
    )


def keys_of(memory: Tensor, attention: str | None, size: int) -> Tensor:
    """What attention compares queries of this size with, (batch, time, size)."""
    layer = None if attention is None else key_layer(attention, size)
    return memory if layer is None else layer(memory)


def dense_states(states: Sequence[Tensor], sizes: Sequence[int]) -> list[Tensor]:
    """The decoder's first states, (batch, size) each, through a dense layer each (Bahdanau et al. 2015,
    A.2.2).

    Args:
        states: what each is made of, (batch, features).
        sizes: of the states.
    """
    return [
        layers.Dense(size, "tanh", name=f"bridge_{number}")(state)
        for number, (state, size) in enumerate(zip(states, sizes, strict=True), 1)
    ]
