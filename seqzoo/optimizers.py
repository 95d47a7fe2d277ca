"""Adam for large embeddings."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("seqzoo")
class LazyAdam(keras.optimizers.Adam):
    """Adam (Kingma & Ba 2015) that updates only the rows of an embedding that the batch looked up.

    Where a gradient comes as rows (`tf.IndexedSlices`, TensorFlow's gradient of a look-up), the
    moments and weights of these rows alone are read and written; other gradients are treated as by
    `keras.optimizers.Adam`. It is not the same algorithm: Adam goes on moving a row by its momentum
    in steps that didn't see it. The rule is that of TensorFlow Addons' optimizer of this name. On
    Keras' other backends gradients never come as rows, and this is Adam.

    Args:
        as `keras.optimizers.Adam` takes them; clipping keeps rows as rows.

    Raises:
        ValueError: with `amsgrad` or `gradient_accumulation_steps`.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("amsgrad", "gradient_accumulation_steps"):
            if getattr(self, name):
                raise ValueError(f"LazyAdam: {name}={getattr(self, name)!r} is not supported; use Adam")

    def apply(self, grads, trainable_variables=None):
        """Apply gradients; rows that come more than once are summed first."""
        return super().apply([_summed(g) if _are_rows(g) else g for g in grads], trainable_variables)

    def _clip_gradients(self, grads):
        if not any(map(_are_rows, grads)):
            return super()._clip_gradients(grads)
        import tensorflow as tf

        if self.clipnorm:
            return [g if g is None else tf.clip_by_norm(g, self.clipnorm) for g in grads]
        if self.global_clipnorm:
            return tf.clip_by_global_norm(grads, self.global_clipnorm)[0]
        if self.clipvalue:
            return [g if g is None else tf.clip_by_value(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def update_step(self, gradient, variable, learning_rate):
        """As Adam's; for rows with the moments of these rows."""
        if not _are_rows(gradient):
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        def rows(values):
            return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)

        number = self._get_variable_index(variable)
        momentum, velocity = self._momentums[number], self._velocities[number]
        g = ops.cast(gradient.values, variable.dtype)
        m = tf.gather(momentum.value, gradient.indices)
        v = tf.gather(velocity.value, gradient.indices)
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        step = ops.cast(self.iterations + 1, variable.dtype)
        correction = ops.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        rate = ops.cast(learning_rate, variable.dtype) * correction
        self.assign(momentum, rows(m))
        self.assign(velocity, rows(v))
        self.assign_sub(variable, rows(rate * m / (ops.sqrt(v) + self.epsilon)))
        return None


def _are_rows(gradient) -> bool:
    """Whether a gradient is TensorFlow's of a look-up."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return isinstance(gradient, tf.IndexedSlices)


def _summed(gradient):
    """The same gradient, each row once."""
    import tensorflow as tf

    indices, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(indices))
    return tf.IndexedSlices(values, indices, gradient.dense_shape)


OPTIMIZERS = {"adam": keras.optimizers.Adam, "lazy_adam": LazyAdam}  # what recipes offer
