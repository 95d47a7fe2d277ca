"""Adam for a network, and plain steps for the tables in it."""

from typing import Any

import keras
from keras import ops

from seqzoo.optimizers.descent import Rows, Tensor, are_rows


@keras.saving.register_keras_serializable("seqzoo")
class RowSGD(Rows, keras.optimizers.Adam):
    """Adam (Kingma & Ba 2015), but rows that a batch looked up in a table move by plain SGD.

    Adam moves each row by about the learning rate whenever it is looked up, however small its gradient. So a
    table of words by gates soon learns by heart the words that stand in few texts. A plain step is as large
    as the gradient: frequent words move first. Johnson & Zhang 2016 train such tables so, and all else, too.
    On Keras' other backends gradients never come as rows, and this is Adam.

    Args:
        args: of `keras.optimizers.Adam`.
        row_factor: the learning rate of rows, as a multiple of the others'.
        settings: see `keras.optimizers.Adam`; clipping keeps rows as rows.

    Raises:
        ValueError: with `amsgrad` or `gradient_accumulation_steps`, or a `row_factor` that is not above 0.
    """

    def __init__(self, *args: Any, row_factor: float = 1.0, **settings: Any):
        super().__init__(*args, **settings)
        if not row_factor > 0:
            raise ValueError(f"row_factor: expected a number above 0; got {row_factor!r}")
        for name in ("amsgrad", "gradient_accumulation_steps"):
            if getattr(self, name):
                raise ValueError(
                    f"RowSGD: {name}={getattr(self, name)!r} is not supported; use Adam"
                )
        self.row_factor = row_factor

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again."""
        return {**super().get_config(), "row_factor": self.row_factor}

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        """As Adam's; rows move by their gradient times their rate."""
        if not are_rows(gradient):
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        rate = ops.cast(learning_rate, variable.dtype) * self.row_factor
        moved = rate * ops.cast(gradient.values, variable.dtype)
        rows = tf.IndexedSlices(moved, gradient.indices, gradient.dense_shape)
        self.assign_sub(variable, rows)
        return None
