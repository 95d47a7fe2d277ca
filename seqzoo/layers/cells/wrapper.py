"""What cells around cells share."""

from typing import Any

import keras
from keras import tree

from seqzoo.errors import InputError
from seqzoo.layers.cells.base import Steps, in_steps
from seqzoo.layers.tensors import Nested, Shape, Tensor


class CellWrapper(Steps, keras.layers.Layer):
    """What wrappers share: sizes, weights and configuration are those of the cell inside.

    Args:
        cell: a cell of seqzoo's or of Keras', without a dropout of its own in the latter case.
    """

    def __init__(self, cell: keras.layers.Layer, **settings: Any):
        super().__init__(**settings)
        if not isinstance(cell, Steps) and (
            getattr(cell, "dropout", False) or getattr(cell, "recurrent_dropout", False)
        ):
            raise InputError(
                f"{cell.name}: a cell of Keras' can't drop out inside a wrapper; use DropoutCell"
            )
        self.cell = cell

    @property
    def state_size(self) -> int | list[int]:
        """Sizes of the states of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> int:
        """Size of an output of the cell inside."""
        return self.cell.output_size

    def build(self, input_shape: Shape) -> None:
        """Build the cell inside for inputs (batch, features) of this shape."""
        if not self.cell.built:
            self.cell.build(input_shape)
            self.cell.built = True
        self.built = True

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """The cell's."""
        states = self.cell.get_initial_state(batch_size=batch_size)
        return states if tree.is_nested(states) else [states]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this wrapper and its cell again."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CellWrapper":
        """Make the wrapper and the cell inside of what `get_config` gave."""
        return cls(keras.saving.deserialize_keras_object(config.pop("cell")), **config)

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """What the cell inside draws."""
        return in_steps(self.cell).draw(x, training)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the cell inside makes of the inputs."""
        return in_steps(self.cell).project(x, fixed, fresh)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """A step of the cell inside."""
        return in_steps(self.cell).advance(z, states, fixed, fresh)


def check_single(cell: keras.layers.Layer, what: str) -> None:
    """Refuse a stack, whose states are lists in a list.

    Args:
        what: who asks, for the error.

    Raises:
        InputError: if the cell is a stack of cells.
    """
    if tree.is_nested(cell.state_size) and any(map(tree.is_nested, cell.state_size)):
        raise InputError(
            f"{what}: expected one cell, not {type(cell).__name__}; wrap each cell of the stack"
        )
