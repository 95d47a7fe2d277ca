"""Stochastic gradient descent with momentum, for tables of which a step reads few rows."""

from typing import Any

import keras
from keras import ops

from seqzoo.optimizers.descent import Rows, Tensor, are_rows


@keras.saving.register_keras_serializable("seqzoo")
class LazySGD(Rows, keras.optimizers.SGD):
    """SGD with momentum that moves only the rows of an embedding that the batch looked up.

    v = m v - rate g; w = w + v. A row that was not looked up keeps its v, and makes up for the steps it
    missed when it is next looked up: for the same gradients its weights are then those of
    `keras.optimizers.SGD`. Until then it stands still. On Keras' other backends gradients never come as rows,
    and this is SGD.

    Args:
        learning_rate: of each step.
        momentum: m, 0.9 unless told otherwise.
        settings: see `keras.optimizers.SGD`; clipping keeps rows as rows.

    Raises:
        ValueError: with `nesterov` or `gradient_accumulation_steps`.
    """

    def __init__(self, learning_rate: Any = 0.1, momentum: float = 0.9, **settings: Any):
        super().__init__(learning_rate, momentum, **settings)
        for name in ("nesterov", "gradient_accumulation_steps"):
            if getattr(self, name):
                raise ValueError(
                    f"LazySGD: {name}={getattr(self, name)!r} is not supported; use SGD"
                )

    def build(self, variables: list[keras.Variable]) -> None:
        """Make v of each variable, and for each row of a matrix the step that it was last moved in."""
        if self.built:
            return
        super().build(variables)
        self.moved: list[keras.Variable | None] = []
        for place, variable in enumerate(variables):
            made = None
            if len(variable.shape) == 2:
                made = self.add_variable(
                    shape=variable.shape[:1],
                    initializer="zeros",
                    dtype="int32",
                    name=f"moved_{place}",
                )
            self.moved.append(made)

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        """As SGD's; of rows, these alone."""
        place = self._get_variable_index(variable)
        moved = self.moved[place]
        if not self.momentum or not are_rows(gradient) or moved is None:
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        def rows(values: Any) -> tf.IndexedSlices:
            return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)

        momentum = self.momentums[place]
        g = ops.cast(gradient.values, variable.dtype)
        v = tf.gather(momentum.value, gradient.indices)
        step = ops.cast(self.iterations, "int32") + 1
        missed = step - 1 - tf.gather(moved.value, gradient.indices)

        # m + m^2 + ... of the steps missed, and the power that v has sunk to.
        m = ops.cast(self.momentum, variable.dtype)
        power = ops.expand_dims(m ** ops.cast(missed, variable.dtype), -1)
        made_up = v * (m * (1 - power) / (1 - m))
        v = m * power * v - ops.cast(learning_rate, variable.dtype) * g

        self.assign(momentum, rows(v))
        self.assign_add(variable, rows(made_up + v))
        moved.assign(
            tf.tensor_scatter_nd_update(
                moved.value,
                ops.expand_dims(gradient.indices, -1),
                ops.broadcast_to(step, ops.shape(gradient.indices)),
            )
        )
        return None
