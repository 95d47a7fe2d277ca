"""Dropout of whole tokens' vectors, one draw for a batch."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqzoo.layers.tensors import Tensor


@keras.saving.register_keras_serializable("seqzoo")
class TokenTypeDropout(keras.layers.Layer):
    """In training drops the vectors of a share of the vocabulary, wherever in the batch they stand.

    Call with embedded tokens (batch, time, features) and tokens, int (batch, time).
    """

    def __init__(
        self, vocab_size: int, rate: float, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.vocab_size, self.rate, self.seed = vocab_size, rate, seed
        self.noise = keras.random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {
            **super().get_config(),
            "vocab_size": self.vocab_size,
            "rate": self.rate,
            "seed": self.seed,
        }

    def call(self, inputs: Sequence[Tensor], training: bool | None = None) -> Tensor:
        """Embedded tokens (batch, time, features) and int tokens (batch, time) -> thinned vectors."""
        x, tokens = inputs
        if not training:
            return x
        factors = keras.random.dropout(
            ops.ones((self.vocab_size,), x.dtype), self.rate, seed=self.noise
        )
        return x * ops.expand_dims(ops.take(factors, tokens, axis=0), -1)
