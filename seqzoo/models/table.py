"""A table of words by gates, in place of an embedding and a kernel."""

import keras
from keras import layers


def table(vocab_size: int, width: int, prefix: str = "") -> layers.Embedding:
    """What products with a token's one-hot vector would be: (..., time) -> (..., time, width)."""
    small = keras.initializers.RandomNormal(stddev=0.01)
    return layers.Embedding(
        vocab_size, width, embeddings_initializer=small, name=f"{prefix}embedding"
    )
