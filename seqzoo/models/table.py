"""A table of words by gates, in place of an embedding and a kernel."""

import keras
from keras import layers


def table(
    vocab_size: int, width: int, prefix: str = "", spread: float = 0.01
) -> layers.Embedding:
    """What products with a token's one-hot vector would be: (..., time) -> (..., time, width).

    Its rows begin with a standard deviation of `spread`.
    """
    small = keras.initializers.RandomNormal(stddev=spread)
    return layers.Embedding(
        vocab_size, width, embeddings_initializer=small, name=f"{prefix}embedding"
    )
