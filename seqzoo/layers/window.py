"""Graves' soft window over a text, and the recurrent layer that moves it (Graves 2013, section 5.1)."""

import math
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.carried import state_sizes
from seqzoo.layers.loop import scan
from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class Window(keras.layers.Layer):
    """A sum of Gaussians over a text's positions, which a state moves forwards alone.

        a, b, k = softplus(W h + c)              (batch, components) each
        place = place before + k                 (batch, components)
        weight of token u = sum of a e^(-b (place - u)^2), u = 0, 1, ...
        context = sum of weights times tokens

    The paper has exponentials in place of softplus: an infinite `a` times a vanished bell is no number. The
    weights do not add up to 1, as in the paper.

    Args:
        components: Gaussians of a window.
        pace: tokens that it moves at each step before it has learnt.

    Raises:
        InputError: on a number out of its range.
    """

    def __init__(self, components: int, pace: float = 0.1, **kwargs: Any):
        super().__init__(**kwargs)
        if components < 1:
            raise InputError(f"components: expected at least 1; got {components}")
        if not 0 < pace <= 10:
            raise InputError(f"pace: expected more than 0, at most 10; got {pace}")
        self.components, self.pace = components, pace
        self.first_move = math.log(math.expm1(pace))  # softplus of it is `pace`
        self.shape_of = layers.Dense(3 * components, name="window_shape")
        self.supports_masking = True  # masks come as arguments; Keras' own would warn

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {
            **super().get_config(),
            "components": self.components,
            "pace": self.pace,
        }

    def build(self, state_shape: Shape, *shapes: Shape, **named: Shape) -> None:
        """Make the weights for states (batch, units)."""
        self.shape_of.build((None, state_shape[-1]))
        self.built = True

    def compute_mask(self, *arguments: Any, **masks: Any) -> None:
        """None: padding is what `mask` tells."""

    def call(
        self, state: Tensor, place: Tensor, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Move once, and read.

        Args:
            state: float (batch, units).
            place: of the Gaussians a step ago, float (batch, components); zeros at first.
            memory: the text's vectors, float (batch, tokens, size).
            mask: bool (batch, tokens), False where there is no token.

        Returns:
            context (batch, size), the new places (batch, components), and the weights of the tokens (batch,
            tokens), 0 where there is none.
        """
        # (batch, 3 components) -> (batch, components) each
        height, width, move = ops.split(self.shape_of(state), 3, axis=-1)
        height, width = ops.softplus(height), ops.softplus(width)
        place = place + ops.softplus(move + self.first_move)

        there = ops.cast(mask, state.dtype)
        position = ops.cumsum(ops.ones_like(there), axis=1) - 1  # (batch, tokens)
        # (batch, components, 1) - (batch, 1, tokens) -> (batch, components, tokens)
        away = ops.expand_dims(place, 2) - ops.expand_dims(position, 1)
        bells = ops.exp(-ops.expand_dims(width, 2) * ops.square(away))
        weights = ops.sum(ops.expand_dims(height, 2) * bells, axis=1) * there

        # (batch, 1, tokens) times (batch, tokens, size) -> (batch, size)
        context = ops.squeeze(ops.matmul(ops.expand_dims(weights, 1), memory), 1)
        return context, place, weights


@keras.saving.register_keras_serializable("seqzoo")
class Windowed(keras.layers.Layer):
    """A recurrent layer that reads, beside its inputs, what its own window saw a step ago.

    Its state is that of the recurrent layer, the window's places, and the context; all zeros at first.

    Args:
        cell: a name in `seqzoo.layers.CELLS`.
        units: size of an output.
        components, pace: see `Window`.

    Raises:
        InputError: on an unknown cell, or a number out of its range.
    """

    def __init__(
        self, cell: str, units: int, components: int, pace: float = 0.1, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.settings = {
            "cell": cell, "units": units, "components": components, "pace": pace,
        }  # fmt: skip
        self.units = units
        self.rnn = recurrent(cell, units, return_state=True, name=f"windowed_{cell}")
        # Keras names all cells alike, and a model's parts must differ in name.
        self.rnn.cell.name = f"{self.rnn.name}_cell"
        self.window = Window(components, pace, name="window")
        self.size = 0  # of a token's vector, known when it is built
        self.supports_masking = True

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), **self.settings}

    def build(self, x_shape: Shape, memory_shape: Shape, *shapes: Shape) -> None:
        """Make the weights for inputs (batch, time, features) and vectors (batch, tokens, size)."""
        self.size = memory_shape[-1]
        self.rnn.build((None, None, x_shape[-1] + self.size))
        self.window.build((None, self.units))
        self.built = True

    def compute_mask(self, *arguments: Any, **masks: Any) -> None:
        """None: padding is what `mask` tells."""

    @property
    def state_sizes(self) -> list[int]:
        """Sizes of the states, in order: the recurrent layer's, the window's places, the context."""
        return [*state_sizes(self.rnn), self.window.components, self.size]

    def step(
        self, x: Tensor, state: list, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, list[Tensor], Tensor]:
        """One step.

        Args:
            x: float (batch, features).
            state: tensors (batch, ...), of the sizes of `state_sizes`.
            memory, mask: see `Window.call`.

        Returns:
            output (batch, units), the next state, whose last is the context, and weights (batch, tokens).
        """
        *inner, place, context = state
        output, after = self.rnn.cell(ops.concatenate([x, context], axis=-1), inner)
        # Not as a layer: what is saved of a step has Keras' own parts alone.
        context, place, weights = self.window.call(output, place, memory, mask)
        after = list(after) if isinstance(after, (list, tuple)) else [after]
        return output, [*after, place, context], weights

    def call(self, x: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """All steps of sequences (batch, time, features), padded on the right.

        Args:
            x: float (batch, time, features).
            memory, mask: see `Window.call`.

        Returns:
            outputs (batch, time, units) and contexts (batch, time, size).
        """
        column = ops.zeros_like(x[:, 0, :1])  # (batch, 1): the batch need not be known
        first = [
            column * ops.ones((1, size), column.dtype)
            for size in (*self.state_sizes, self.units)
        ]

        def body(carried, inputs):
            output, state, _ = self.step(inputs[0], list(carried[:-1]), memory, mask)
            return [*state, output]

        # time first
        _, (contexts, outputs) = scan(body, first, [ops.swapaxes(x, 0, 1)], kept=2)
        return ops.swapaxes(outputs, 0, 1), ops.swapaxes(contexts, 0, 1)

    def compute_output_spec(self, x: Any, memory: Any, mask: Any) -> tuple[Any, Any]:
        """Symbols of the outputs and the contexts."""
        leading = x.shape[:2]
        return (
            keras.KerasTensor((*leading, self.units), self.compute_dtype),
            keras.KerasTensor((*leading, memory.shape[-1]), self.compute_dtype),
        )
