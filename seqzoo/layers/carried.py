"""Wrappers of recurrent layers for language models: carried states, and dropped recurrent weights."""

from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class Carried(keras.layers.Wrapper):
    """A recurrent layer each of whose calls begins with the states that the one before ended with.

    Gradients end where a call begins: truncated back-propagation through time (Williams & Peng 1990).
    Unlike `stateful=True` the layer inside stays free of it, and serves models of any batch size.

    Args:
        layer: a recurrent layer with `return_sequences` and `return_state`.
        batch_size: rows of every batch.

    Attributes:
        states: variables (batch_size, units), zero at first; they are saved with a model's weights.
    """

    def __init__(self, layer: keras.layers.Layer, batch_size: int, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.batch_size = batch_size
        self.supports_jit = layer.supports_jit
        self.states: list[keras.Variable] = []

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), "batch_size": self.batch_size}

    def build(self, input_shape: Shape) -> None:
        """Build the layer inside and make a variable for each of its states."""
        super().build(input_shape)
        self.states = [
            self.add_weight(
                (self.batch_size, size), "zeros", trainable=False, name=f"state_{number}"
            )
            for number, size in enumerate(state_sizes(self.layer), 1)
        ]

    def call(self, x: Tensor, training: bool | None = None) -> Tensor:
        """(batch_size, time, features) -> (batch_size, time, units)."""
        before = [ops.copy(state) for state in self.states]  # PyTorch assigns in place
        output, *after = self.layer(x, initial_state=before, training=training)
        for state, value in zip(self.states, after, strict=True):
            state.assign(ops.stop_gradient(value))
        return output

    def reset(self, where: Any = 1.0) -> None:
        """Set the states to zero; with `where`, a scalar, only if it is 1 and not if it is 0."""
        for state in self.states:
            value = ops.convert_to_tensor(state)
            state.assign(ops.where(ops.cast(where, "bool"), ops.zeros_like(value), value))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(batch, time, features) -> (batch, time, units)."""
        return (*input_shape[:-1], recurrent_of(self).units)


@keras.saving.register_keras_serializable("seqzoo")
class WeightDrop(keras.layers.Wrapper):
    """A recurrent layer that in training lacks a share of its recurrent weights, others in each call.

    One draw serves all steps and rows of a call (DropConnect on the hidden-to-hidden weights: Merity,
    Keskar & Socher 2018, section 2), so that the loop over time stays the compiled one.

    Args:
        layer: a recurrent layer of `seqzoo.layers` or `keras.layers`.
        rate: share dropped; what is left is scaled by 1/(1 - rate).

    Raises:
        InputError: if the layer has no cell (of `Bidirectional`, wrap both layers), or, at a call in
            training, the cell no `recurrent_kernel`.
    """

    def __init__(
        self, layer: keras.layers.Layer, rate: float, seed: int | None = None, **kwargs: Any
    ):
        if not hasattr(layer, "cell"):
            raise InputError(
                f"WeightDrop: expected a recurrent layer with a cell; got {type(layer).__name__}"
            )
        super().__init__(layer, **kwargs)
        self.supports_masking = True
        self.rate, self.seed = rate, seed
        self.supports_jit = layer.supports_jit
        self.noise = keras.random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}

    def call(
        self,
        x: Tensor,
        initial_state: list | None = None,
        mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Any:
        """What the layer gives."""
        layer = self._thinned(self.layer) if training else self.layer
        return layer(x, initial_state=initial_state, mask=mask, training=training)

    def _thinned(self, owner):
        """A shallow copy of a layer or cell wrapper, whose innermost cell lacks some recurrent weights."""
        thinned = object.__new__(
            type(owner)
        )  # `copy` would take a Keras layer apart and build it anew
        thinned.__dict__.update(owner.__dict__)
        if hasattr(owner, "cell"):
            thinned.__dict__["cell"] = self._thinned(owner.cell)
            return thinned
        if not hasattr(owner, "recurrent_kernel"):
            raise InputError(
                f"{self.name}: expected a cell with recurrent weights; {owner.name} has none"
            )
        whole = ops.convert_to_tensor(owner.recurrent_kernel)
        thinned.__dict__["recurrent_kernel"] = keras.random.dropout(
            whole, self.rate, seed=self.noise
        )
        return thinned


def recurrent_of(layer: keras.layers.Layer) -> keras.layers.Layer:
    """The recurrent layer inside wrappers."""
    while isinstance(layer, (Carried, WeightDrop)):
        layer = layer.layer
    return layer


def state_sizes(layer: keras.layers.Layer) -> list[int]:
    """Sizes of a recurrent layer's states: an LSTM has two."""
    size = recurrent_of(layer).cell.state_size
    return [size] if isinstance(size, int) else list(size)
