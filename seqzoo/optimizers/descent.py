"""Optimizers for large embeddings, averaged SGD, and schedules of learning rates."""

import contextlib
import math
from collections.abc import Iterator
from typing import Any, TypeAlias

import keras
from keras import ops

from seqzoo.optimizers.table import OPTIMIZERS

Tensor: TypeAlias = Any  # a tensor of Keras' backend: no one class has them all

FINAL_RATE = 0.05  # a rate that falls linearly falls to this share of the first one


class Rows:
    """Gradients that come as rows of an embedding (`tf.IndexedSlices`) stay rows, each summed once."""

    def apply(
        self, grads: list[Tensor], trainable_variables: list[keras.Variable] | None = None
    ) -> Any:
        """Apply gradients; rows that come more than once are summed first."""
        return super().apply(  # type: ignore[misc]  # the optimizer's
            [_summed(g) if are_rows(g) else g for g in grads], trainable_variables
        )

    def _clip_gradients(self, grads):
        if not any(map(are_rows, grads)):
            return super()._clip_gradients(grads)
        import tensorflow as tf

        if self.clipnorm:
            return [g if g is None else tf.clip_by_norm(g, self.clipnorm) for g in grads]
        if self.global_clipnorm:
            return tf.clip_by_global_norm(grads, self.global_clipnorm)[0]
        if self.clipvalue:
            return [
                g if g is None else tf.clip_by_value(g, -self.clipvalue, self.clipvalue)
                for g in grads
            ]
        return grads


@keras.saving.register_keras_serializable("seqzoo")
class LazyAdam(Rows, keras.optimizers.Adam):
    """Adam (Kingma & Ba 2015) that updates only the rows of an embedding that the batch looked up.

    Where a gradient comes as rows (`tf.IndexedSlices`, TensorFlow's gradient of a look-up), the
    moments and weights of these rows alone are read and written; other gradients are treated as by
    `keras.optimizers.Adam`. It is not the same algorithm: Adam goes on moving a row by its momentum
    in steps that didn't see it. The rule is that of TensorFlow Addons' optimizer of this name. On
    Keras' other backends gradients never come as rows, and this is Adam.

    Arguments are those of `keras.optimizers.Adam`; clipping keeps rows as rows.

    Raises:
        ValueError: with `amsgrad` or `gradient_accumulation_steps`.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("amsgrad", "gradient_accumulation_steps"):
            if getattr(self, name):
                raise ValueError(
                    f"LazyAdam: {name}={getattr(self, name)!r} is not supported; use Adam"
                )

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        """As Adam's; for rows with the moments of these rows."""
        if not are_rows(gradient):
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


@keras.saving.register_keras_serializable("seqzoo")
class SGD(Rows, keras.optimizers.SGD):
    """`keras.optimizers.SGD`: the same steps, less work, on TensorFlow and without momentum.

    Only the rows of an embedding that have a gradient are touched, and clipping by the global norm goes into
    the learning rate: no gradient is written twice.
    """

    _factor = None  # of the learning rate
    _share = None  # of the learning rate, after clipping

    @contextlib.contextmanager
    def scaled(self, factor: Any) -> Iterator[None]:
        """Within it steps are taken with the learning rate times a factor."""
        self._factor = factor
        try:
            yield
        finally:
            self._factor = None

    def _get_current_learning_rate(self):
        rate = super()._get_current_learning_rate()
        return rate if self._factor is None else rate * self._factor

    def _clip_gradients(self, grads):
        self._share = None
        if (
            not self.global_clipnorm
            or self.momentum
            or keras.backend.backend() != "tensorflow"
        ):
            return super()._clip_gradients(grads)
        import tensorflow as tf

        norm = tf.linalg.global_norm(grads)
        self._share = self.global_clipnorm / tf.maximum(norm, self.global_clipnorm)
        return grads

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        """As SGD's."""
        if self.momentum or keras.backend.backend() != "tensorflow":
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        rate = ops.cast(
            learning_rate if self._share is None else learning_rate * self._share,
            variable.dtype,
        )
        if not are_rows(gradient):
            value = getattr(
                variable, "_value", variable
            )  # TensorFlow's own, as a strategy gives it
            tf.raw_ops.ResourceApplyGradientDescent(
                var=value.handle, alpha=rate, delta=gradient
            )
            return None
        self.assign_sub(
            variable,
            tf.IndexedSlices(
                rate * gradient.values, gradient.indices, gradient.dense_shape
            ),
        )
        return None


@keras.saving.register_keras_serializable("seqzoo")
class AveragedSGD(SGD):
    """SGD whose weights are averaged from the epoch on in which it stops getting better (NT-ASGD; Merity,
    Keskar & Socher 2018, algorithm 1).

    Args:
        nonmonotone: averaging begins once a score is below the best of those before it, the last so many of
            them left out.

    Attributes:
        averages: variables like the trained ones, once built; their means since averaging began.
        averaging: variable, int: 0: not yet begun; else one more than the steps averaged.
    """

    def __init__(self, *args: Any, nonmonotone: int = 5, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.nonmonotone = nonmonotone

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again."""
        return {**super().get_config(), "nonmonotone": self.nonmonotone}

    def build(self, variables: list[keras.Variable]) -> None:
        """Make the variables of the steps and of the averages."""
        super().build(variables)
        self.averages = self.add_optimizer_variables(variables, "average")
        self.averaging = self.add_variable(
            shape=(), initializer="zeros", dtype="int32", name="averaging"
        )

    def apply(
        self, grads: list[Tensor], trainable_variables: list[keras.Variable] | None = None
    ) -> Any:
        """A step, and the averages'."""
        result = super().apply(grads, trainable_variables)
        begun = ops.cast(self.averaging > 0, "int32")
        share = ops.cast(begun, "float32") / ops.cast(
            ops.maximum(self.averaging, 1), "float32"
        )
        self.averaging.assign(self.averaging + begun)
        for average, variable in zip(self.averages, self._trainable_variables, strict=True):
            average.assign(average + share * (variable - average))
        return result

    def put_averages(self) -> None:
        """Give the trained variables their averages' values, if averaging has begun."""
        if int(self.averaging) > 1:
            for average, variable in zip(
                self.averages, self._trainable_variables, strict=True
            ):
                variable.assign(average)

    def after_epoch(self, scores: list[float]) -> None:
        """Begin to average, if it is time.

        Args:
            scores: those of the epochs so far, higher is better.
        """
        *before, last = scores
        if not int(self.averaging) and last < max(
            before[: -self.nonmonotone], default=-math.inf
        ):
            self.averaging.assign(1)


class Stepped(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that stays for some epochs and then falls with each one (Zaremba et al. 2014).

    Args:
        learning_rate: the first.
        steps_per_epoch: optimizer's steps.
        epochs: so many have the first rate.
        factor: of each epoch's to the one before.
    """

    def __init__(
        self, learning_rate: float, steps_per_epoch: int, epochs: int, factor: float
    ):
        self.settings = {
            "learning_rate": learning_rate, "steps_per_epoch": steps_per_epoch, "epochs": epochs,
            "factor": factor,
        }  # fmt: skip

    def __call__(self, step: Tensor) -> Tensor:
        settings = self.settings
        epoch = ops.cast(step // settings["steps_per_epoch"], "float32")
        falls = ops.maximum(epoch - settings["epochs"] + 1, 0.0)
        return settings["learning_rate"] * ops.power(
            ops.cast(settings["factor"], "float32"), falls
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this schedule again."""
        return dict(self.settings)


def falling(config: Any, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer that a recipe's config names, its learning rate falling linearly to a twentieth."""
    schedule = linear(config.learning_rate, steps_per_epoch * config.epochs)
    return OPTIMIZERS[config.optimizer](schedule, global_clipnorm=config.clip_norm)


def linear(
    learning_rate: float, steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate that falls linearly to a twentieth."""
    return keras.optimizers.schedules.PolynomialDecay(
        learning_rate, steps, learning_rate * FINAL_RATE
    )


def are_rows(gradient: Tensor) -> bool:
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
