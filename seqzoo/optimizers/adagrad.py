"""Adagrad that touches only the rows of an embedding that have a gradient."""

from typing import Any, TypeAlias

import keras
from keras import ops

from seqzoo.optimizers.descent import Rows, are_rows

Tensor: TypeAlias = Any  # a tensor of Keras' backend: no one class has them all


@keras.saving.register_keras_serializable("seqzoo")
class Adagrad(Rows, keras.optimizers.Adagrad):
    """`keras.optimizers.Adagrad` (Duchi et al. 2011) with sums that begin near zero, as the paper's do.

    A weight without a gradient stays where it is, so that rows alone give the same steps as the whole.

    Arguments are those of `keras.optimizers.Adagrad`; clipping keeps rows as rows.
    """

    def __init__(
        self,
        learning_rate: Any = 0.05,
        initial_accumulator_value: float = 1e-8,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, initial_accumulator_value, **kwargs)

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        """As Adagrad's; of rows the sums of these rows."""
        if not are_rows(gradient):
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        def rows(values):
            return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)

        squares = self._accumulators[self._get_variable_index(variable)]
        g = ops.cast(gradient.values, variable.dtype)
        total = tf.gather(squares.value, gradient.indices) + g * g
        rate = ops.cast(learning_rate, variable.dtype)
        self.assign(squares, rows(total))
        self.assign_sub(variable, rows(rate * g / ops.sqrt(total + self.epsilon)))
        return None
