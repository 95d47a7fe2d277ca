"""How long ago each sentence of a story was; training puts blanks between them (Sukhbaatar et al. 2015)."""

from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Tensor


@keras.saving.register_keras_serializable("seqzoo")
class Recency(keras.layers.Layer):
    """The age of each place of a memory: 0, 1, 2, ... for the latest, the one before it, and so on.

    In training, blanks lie between some of them, so that ages do not stand for single stories (random noise,
    Sukhbaatar et al. 2015, section 4.1).

    Call with places, any numbers (batch, places); returns int32 (batch, places).

    Args:
        size: ages that there are; older places have the last one.
        blanks: share of places that a blank comes before, in training.
        seed: of the blanks.

    Raises:
        InputError: on a number out of its range.
    """

    def __init__(
        self, size: int, blanks: float = 0.0, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if size < 1:
            raise InputError(f"size: expected at least 1; got {size}")
        if not 0 <= blanks < 1:
            raise InputError(f"blanks: expected a share from 0 to below 1; got {blanks}")
        self.size, self.blanks, self.seed = size, blanks, seed
        self.noise = keras.random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {
            **super().get_config(),
            "size": self.size,
            "blanks": self.blanks,
            "seed": self.seed,
        }

    def call(self, places: Tensor, training: bool | None = None) -> Tensor:
        """Places (batch, places) -> ages, int32 (batch, places)."""
        # The first place counts 1, and is of age 0.
        age = ops.cumsum(ops.ones_like(places, dtype="int32"), axis=1) - 1
        if training and self.blanks:
            drawn = keras.random.uniform(ops.shape(places), seed=self.noise)
            blank = ops.cast(drawn < self.blanks, "int32")
            age = age + ops.cumsum(blank, axis=1)
        return ops.minimum(age, self.size - 1)
