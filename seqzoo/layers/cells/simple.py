"""Cells of one sum a step: independent, linear, residual, normalised, with a fixed reservoir, NARX.

Below, W is the kernel, U the recurrent kernel, b the bias, f the activation, h the state.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.cells.base import Cell, times
from seqzoo.layers.cells.norm import normalised
from seqzoo.layers.cells.spectral import SpectralRadius
from seqzoo.layers.tensors import Nested, Shape, Tensor

# Compiled loops.
SIMPLE = {keras.activations.tanh: "simple_rnn", keras.activations.relu: "simple_rnn_relu"}
INDEPENDENT = {
    keras.activations.tanh: "independent",
    keras.activations.relu: "independent_relu",
}


@keras.saving.register_keras_serializable("seqzoo")
class IndRNNCell(Cell):
    """h = f(x W + b + u h), u a vector: each unit sees its own past alone (Li et al. 2018, section 3).

    f is relu unless told otherwise; u is drawn evenly from 0 to 1. The paper bounds |u| by
    2 ** (1 / steps): `recurrent_constraint` can.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable = "relu",
        recurrent_initializer: Any = None,
        **settings: Any,
    ):
        recurrent_initializer = recurrent_initializer or keras.initializers.RandomUniform(
            0.0, 1.0
        )
        super().__init__(
            units, activation, recurrent_initializer=recurrent_initializer, **settings
        )

    def build(self, input_shape: Shape) -> None:
        """Make kernel (features, units), recurrent_kernel (units,) and bias (units,)."""
        self.kernel = self.weight("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.weight("recurrent_kernel", (self.units,))
        self.bias = self.weight("bias", (self.units,)) if self.use_bias else None
        self.built = True

    @property
    def kernel_name(self) -> str | None:
        """The compiled loop that computes this cell; None if there is none for its activation."""
        return INDEPENDENT.get(self.activation)

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """The cell's own weights, which the compiled loop takes as they are."""
        return self.kernel, self.recurrent_kernel, self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h = self.activation(z + times(states[0], fixed[1]) * self.recurrent_kernel)
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class LinearRecurrenceCell(Cell):
    """h = h + f(x W + b): what came in is never forgotten, and never weighed against what is there.

    The first of the two steps by which gates are arrived at: the gradient of h_t by h_k is 1. Qiu 2020,
    "Neural Networks and Deep Learning" (in Chinese), chapter 6, on long-range dependencies.
    """

    def build(self, input_shape: Shape) -> None:
        """Make kernel (features, units) and bias (units,); there are no recurrent weights."""
        self.kernel = self.weight("kernel", (input_shape[-1], self.units))
        self.bias = self.weight("bias", (self.units,)) if self.use_bias else None
        self.built = True

    @property
    def kernel_name(self) -> str | None:
        """The compiled loop that computes this cell; None if there is none for its activation."""
        return "linear" if self.activation is keras.activations.tanh else None

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """There are no recurrent weights: a vector of zeros, which counts for nothing, tells the size."""
        return self.kernel, ops.zeros((self.units,), self.kernel.dtype), self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h = states[0] + times(self.activation(z), fixed[1])
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class ResidualRecurrenceCell(Cell):
    """h = h + f(x W + h U + b): a linear path beside the nonlinear one, as in residual networks.

    The second of the two steps by which gates are arrived at (see `LinearRecurrenceCell`): what is added
    depends on what is there, but the state can still grow without bound.
    """

    @property
    def kernel_name(self) -> str | None:
        """The compiled loop that computes this cell; None if there is none for its activation."""
        return "residual" if self.activation is keras.activations.tanh else None

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """The cell's own weights, which the compiled loop takes as they are."""
        return self.kernel, self.recurrent_kernel, self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h = states[0] + self.activation(
            z + ops.matmul(times(states[0], fixed[1]), self.recurrent_kernel)
        )
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class LayerNormSimpleRNNCell(Cell):
    """h = f(LN(x W + h U) + b), LN with a gain (Ba, Kiros & Hinton 2016, equation 4)."""

    def __init__(self, units: int, *arguments: Any, epsilon: float = 1e-5, **settings: Any):
        super().__init__(units, *arguments, **settings)
        self.epsilon = epsilon

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "epsilon": self.epsilon}

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs (..., features) of this shape."""
        super().build(input_shape)
        self.gain = self.add_weight(shape=(self.units,), initializer="ones", name="gain")

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """x W, (..., features) -> (..., units); the bias follows the normalisation."""
        return ops.matmul(times(x, fixed[0]), self.kernel)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        z = z + ops.matmul(times(states[0], fixed[1]), self.recurrent_kernel)
        z = normalised(z, self.gain, self.epsilon)
        h = self.activation(z if self.bias is None else z + self.bias)
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class ESNCell(Cell):
    """h = (1 - leak) h + leak f(x W + h U + b), no weight of it trained: an echo state network's reservoir.

    Jaeger 2001; the leak: Jaeger et al. 2007, section 2. What reads the states is all that learns.

    Args:
        units: states in the reservoir.
        connectivity: share of the recurrent weights that are not 0; None: ten a unit.
        spectral_radius: largest absolute eigenvalue of U; below 1 old inputs fade.
        leak: how fast the states follow.
        settings: see `Cell`; `recurrent_initializer` in place of connectivity and spectral radius.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable = "tanh",
        *,
        connectivity: float | None = None,
        spectral_radius: float = 0.9,
        leak: float = 1.0,
        **settings: Any,
    ):
        found = settings.pop("recurrent_initializer", None)
        share = min(1.0, 10 / units) if connectivity is None else connectivity
        found = found or SpectralRadius(spectral_radius, share)
        super().__init__(units, activation, recurrent_initializer=found, **settings)
        if not 0 < leak <= 1:
            raise InputError(f"leak: expected a share above 0 and up to 1; got {leak!r}")
        self.leak = leak

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "leak": self.leak}

    @property
    def kernel_name(self) -> str | None:
        """Without a leak it is a simple recurrent network."""
        return SIMPLE.get(self.activation) if self.leak == 1 else None

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """The cell's own weights, which the compiled loop takes as they are."""
        return self.kernel, self.recurrent_kernel, self.bias

    def weight(
        self, name: str, shape: Shape, kind: str | None = None, **settings: Any
    ) -> keras.Variable:
        """A weight as `Cell.weight` makes it, but not trained."""
        return super().weight(name, shape, kind, trainable=False, **settings)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h = self.activation(
            z + ops.matmul(times(states[0], fixed[1]), self.recurrent_kernel)
        )
        h = (1 - self.leak) * states[0] + self.leak * h
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class NARXCell(Cell):
    """y = f(sum of W_k x_(t-k) over k = 0..input_delays + sum of U_k y_(t-k) over k = 1..output_delays + b).

    A nonlinear autoregressive model with exogenous inputs: its outputs of several steps back come in
    directly (Lin, Horne, Tino & Giles 1996, section III). Before the first step all is 0.

    `kernel` is (features, (input_delays + 1) * units), W_0 first; `recurrent_kernel`
    (output_delays * units, units), U_1 first. The states are y_(t-1), the outputs before it, latest first,
    and what the inputs so far give the next `input_delays` steps.
    """

    def __init__(
        self,
        units: int,
        *arguments: Any,
        input_delays: int = 2,
        output_delays: int = 5,
        **settings: Any,
    ):
        super().__init__(units, *arguments, **settings)
        for name, number, least in (
            ("input_delays", input_delays, 0),
            ("output_delays", output_delays, 1),
        ):
            if not isinstance(number, int) or number < least:
                raise InputError(
                    f"{name}: expected a whole number of at least {least}; got {number!r}"
                )
        self.input_delays, self.output_delays = input_delays, output_delays
        self.state_size = [units] * (output_delays + input_delays)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        delays = {"input_delays": self.input_delays, "output_delays": self.output_delays}
        return {**super().get_config(), **delays}

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return self.input_delays + 1

    def build(self, input_shape: Shape) -> None:
        """Make the weights of all delays; shapes above."""
        self.kernel = self.weight("kernel", (input_shape[-1], self.gates * self.units))
        self.recurrent_kernel = self.weight(
            "recurrent_kernel", (self.output_delays * self.units, self.units)
        )
        self.bias = self.weight("bias", (self.units,)) if self.use_bias else None
        self.built = True

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """x [W_0 W_1 ...], (..., features) -> (..., (input_delays + 1) * units)."""
        return ops.matmul(times(x, fixed[0]), self.kernel)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        past, pending = states[: self.output_delays], states[self.output_delays :]
        now, *later = ops.split(z, self.gates, axis=-1)
        outputs = ops.concatenate([times(y, fixed[1]) for y in past], axis=-1)
        total = now + ops.matmul(outputs, self.recurrent_kernel)
        if pending:
            total = total + pending[0]
        y = self.activation(total if self.bias is None else total + self.bias)
        # What waits for the steps to come moves up by one; the last place gets this input's share alone.
        nexts = [a + b for a, b in zip(pending[1:], later, strict=False)] + later[-1:]
        return y, [y, *past[:-1], *nexts]
