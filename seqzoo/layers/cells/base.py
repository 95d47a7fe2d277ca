"""What the cells of the zoo share.

A cell is one step of a recurrence. Beside Keras' `call(inputs, states)` it has that step in three parts, so
that what need not wait for the step before is done for all steps at once, and what is random is drawn
before the loop:

    fixed, fresh = cell.draw(x, training)             # factors for all steps; factors for each
    z = cell.project(x, fixed, fresh)                 # what the inputs alone give
    output, states = cell.advance(z, states, fixed, fresh)  # one step
"""

from typing import Any

import keras
from keras import ops, tree

from seqzoo.layers.tensors import Nested, Shape, Tensor


class Steps:
    """A step in parts, each doing nothing, and the step made of them."""

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """Factors of all steps, and factors of each step, (batch, time, ...), nested as the cell likes.

        Args:
            x: (batch, time, features).
            training: without it nothing is dropped.
        """
        return (), ()

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the inputs give, of all steps (batch, time, features) or of one (batch, features)."""
        return x

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step, from what `project` gave for it: output (batch, features) and the next states.

        Args:
            z: (batch, ...), a step of `project`.
            states: (batch, size) each.
            fixed, fresh: as `draw` gives them, `fresh` of this step alone.
        """
        raise NotImplementedError

    def call(
        self, inputs: Tensor, states: Any, training: bool | None = False
    ) -> tuple[Tensor, list]:
        """One step, (batch, features) -> output and states. What is random is drawn anew."""
        states = states if tree.is_nested(states) else [states]
        fixed, fresh = self.draw(ops.expand_dims(inputs, 1), training)
        fresh = tree.map_structure(lambda factors: factors[:, 0], fresh)
        return self.advance(self.project(inputs, fixed, fresh), list(states), fixed, fresh)


class Cell(Steps, keras.layers.SimpleRNNCell):
    """A cell with `kernel` (features, gates * units), `recurrent_kernel` (output, gates * units), `bias`.

    Arguments are those of `keras.layers.SimpleRNNCell`: units, activation, use_bias, initialisers,
    regularisers and constraints of the three, dropout, recurrent_dropout, seed.
    """

    @property
    def kernel_name(self) -> str | None:
        """The compiled loop that computes this cell, in the weights of `as_compiled`; None: there is none."""
        return None

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return 1

    def build(self, input_shape: Shape) -> None:
        """Make kernel (features, gates * units), recurrent_kernel (output, gates * units) and bias."""
        width = self.gates * self.units
        self.kernel = self.weight("kernel", (input_shape[-1], width))
        self.recurrent_kernel = self.weight("recurrent_kernel", (self.output_size, width))
        self.bias = self.weight("bias", (width,)) if self.use_bias else None
        self.built = True

    def weight(
        self, name: str, shape: Shape, kind: str | None = None, **settings: Any
    ) -> keras.Variable:
        """A weight with the initialiser, regulariser and constraint of `kind`, by itself of that name."""
        kind = kind or {"recurrent_kernel": "recurrent"}.get(name, name)
        found = {
            "initializer": getattr(self, f"{kind}_initializer"),
            "regularizer": getattr(self, f"{kind}_regularizer"),
            "constraint": getattr(self, f"{kind}_constraint"),
        }
        return self.add_weight(shape=shape, name=name, **(found | settings))

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """Masks of inputs and of the state, one for all steps (Gal & Ghahramani 2016); None: none."""
        if not training:
            return (None, None), ()
        kept = self.get_dropout_mask(x[:, 0])
        state = ops.zeros((ops.shape(x)[0], self.output_size), x.dtype)
        return (kept, self.get_recurrent_dropout_mask(state)), ()

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Tensor:
        """x W + b, (batch, time, features) or (batch, features) -> (..., gates * units)."""
        z = ops.matmul(times(x, fixed[0]), self.kernel)
        return z if self.bias is None else z + self.bias

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros."""
        sizes = (
            self.state_size
            if isinstance(self.state_size, (list, tuple))
            else [self.state_size]
        )
        return [ops.zeros((batch_size, size), self.compute_dtype) for size in sizes]


def times(x: Tensor, mask: Tensor | None) -> Tensor:
    """x, (batch, time, size) or (batch, size), times a mask (batch, size), or x where that is None."""
    if mask is None:
        return x
    return x * (ops.expand_dims(mask, 1) if len(x.shape) == 3 else mask)


class _Foreign(Steps):
    """A cell that knows Keras' `call` alone."""

    def __init__(self, cell):
        self.cell = cell

    def draw(self, x, training):
        return training, ()

    def advance(self, z, states, fixed, fresh):
        training = (
            {"training": fixed}
            if getattr(self.cell, "_call_has_training_arg", False)
            else {}
        )
        output, after = self.cell(z, states, **training)
        return output, after if tree.is_nested(after) else [after]


def in_steps(cell: Any) -> Steps:
    """The cell, or what makes it one in parts."""
    return cell if isinstance(cell, Steps) else _Foreign(cell)


def mask_of(mask: Any) -> Tensor | None:
    """A mask as Keras takes it, perhaps nested, perhaps (batch, time, 1), as bool (batch, time)."""
    if mask is None:
        return None
    mask = ops.cast(tree.flatten(mask)[0], "bool")
    mask = ops.squeeze(mask, -1) if len(mask.shape) == 3 else mask
    if len(mask.shape) != 2:
        raise ValueError(f"mask: expected shape (batch, time); got {mask.shape}")
    return mask
