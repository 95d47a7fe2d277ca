"""Gradients by the states themselves."""

from collections.abc import Sequence

import keras

from seqzoo.layers.cells.base import in_steps
from seqzoo.layers.loop import over_time
from seqzoo.layers.tensors import Tensor


class Probe:
    """A cell's loop in which zeros are added to each step's states: what moves them moves the states.

    Args:
        cell: a built cell of seqzoo's or of Keras'.

    Attributes:
        sizes: of the cell's states.
    """

    def __init__(self, cell: keras.layers.Layer):
        self.cell, self.steps = cell, in_steps(cell)
        sizes = cell.state_size
        self.sizes = list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]

    def __call__(self, x: Tensor, pushes: Sequence[Tensor]) -> Tensor:
        """(batch, time, features) and zeros (batch, time, size) for each state -> outputs (batch, time, ...).

        The loss' gradient by `pushes[k][:, t]` is that by state k after step t, through all that follows.
        """
        fixed, fresh = self.steps.draw(x, False)
        projected = self.steps.project(x, fixed, fresh)

        def step(inputs, states):
            z, fresh, pushes = inputs
            output, states = self.steps.advance(z, states, fixed, fresh)
            moved = [state + push for state, push in zip(states, pushes, strict=True)]
            return (moved[0] if output is states[0] else output), moved

        first = self.cell.get_initial_state(batch_size=x.shape[0])
        first = first if isinstance(first, (list, tuple)) else [first]
        _, outputs, _ = over_time(
            step,
            (projected, fresh, list(pushes)),
            list(first),
            None,
            output_size=self.cell.output_size,
        )
        return outputs
