"""A recurrent layer that, in training, reads each sequence in pieces."""

from typing import Any

import keras
from keras import ops

from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class Chopped(keras.layers.Layer):
    """A recurrent layer on pieces of sequences while training, on whole ones in use.

    Each piece begins with the first states. There are fewer steps one after the other, and a state learns to
    say what it has to within a piece (Johnson & Zhang 2016, section 2.1, "chopping").

    Args:
        layer: a recurrent layer or `Bidirectional`, which gives all outputs and no states.
        size: steps of a piece; the last one of a sequence may be shorter.
        settings: of every Keras layer.
    """

    def __init__(self, layer: keras.layers.Layer, size: int, **settings: Any):
        super().__init__(**settings)
        self.layer, self.size = layer, size
        self.supports_masking = True

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again."""
        inner = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": inner, "size": self.size}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Chopped":
        """A layer from what `get_config` gave."""
        layer = keras.saving.deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)

    def build(self, x_shape: Shape, mask_shape: Any = None) -> None:
        """Make the weights for inputs (batch, time, features)."""
        self.layer.build((None, None, x_shape[-1]))
        self.built = True

    def compute_output_shape(self, x_shape: Shape, mask_shape: Any = None) -> Shape:
        """(batch, time, features of the layer)."""
        return self.layer.compute_output_shape(x_shape)

    def call(self, x: Tensor, mask: Tensor, training: bool | None = None) -> Tensor:
        """(batch, time, features), and a mask (batch, time) -> (batch, time, units)."""
        if not training:
            return self.layer(x, mask=mask, training=training)
        batch, time = ops.shape(x)[0], ops.shape(x)[1]
        pieces = (time + self.size - 1) // self.size
        more = pieces * self.size - time

        # (batch, time, features) -> (batch * pieces, size, features), and the mask
        x = ops.pad(x, [[0, 0], [0, more], [0, 0]])
        mask = ops.pad(mask, [[0, 0], [0, more]])
        x = ops.reshape(x, (batch * pieces, self.size, x.shape[-1]))
        mask = ops.reshape(mask, (batch * pieces, self.size))

        y = self.layer(x, mask=mask, training=training)
        # (batch * pieces, size, units) -> (batch, time, units)
        y = ops.reshape(y, (batch, pieces * self.size, y.shape[-1]))
        return y[:, :time]
