"""Gated cells of one state: the normalised GRU, the minimal gated unit.

Below, s is the sigmoid; the letters are those of `simple`. Gates stand in Keras' order, candidate last.
"""

from typing import Any

import keras
from keras import ops

from seqzoo.layers.cells.base import Cell, times
from seqzoo.layers.cells.norm import normalised
from seqzoo.layers.tensors import Nested, Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class MGUCell(Cell):
    """The minimal gated unit (Zhou et al. 2016, section 2.2): a GRU with one gate for both of its two.

    f = s(x W_f + h U_f + b_f); g = tanh(x W_g + (f h) U_g + b_g); h = (1 - f) h + f g
    """

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return 2

    @property
    def kernel_name(self) -> str | None:
        """A GRU whose update gate is 1 - f, and whose reset gate, before the product, is f."""
        return "gru_reset_before" if self.activation is keras.activations.tanh else None

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """The weights of Keras' three gates: 1 - s(z) = s(-z)."""
        weights = [
            self.kernel,
            self.recurrent_kernel,
            *([] if self.bias is None else [self.bias]),
        ]
        given = [ops.split(w, 2, axis=-1) for w in weights]
        kernel, recurrent, *bias = (ops.concatenate([-f, f, g], axis=-1) for f, g in given)
        return kernel, recurrent, bias[0] if bias else None

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        (h,), n = states, self.units
        past, u = times(h, fixed[1]), self.recurrent_kernel
        f = ops.sigmoid(z[:, :n] + ops.matmul(past, u[:, :n]))
        g = self.activation(z[:, n:] + ops.matmul(f * past, u[:, n:]))
        h = (1 - f) * h + f * g
        return h, [h]


@keras.saving.register_keras_serializable("seqzoo")
class LayerNormGRUCell(Cell):
    """A GRU with layer normalisation (Ba, Kiros & Hinton 2016, supplementary material).

    z, r = s(LN(x W_zr; a_1) + LN(h U_zr; a_2) + b); g = tanh(LN(x W_g; a_3) + r LN(h U_g; a_4) + b_g);
    h = z h + (1 - z) g, z as Keras has it: the share that stays.
    """

    def __init__(self, units: int, *arguments: Any, epsilon: float = 1e-5, **settings: Any):
        super().__init__(units, *arguments, **settings)
        self.epsilon = epsilon

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "epsilon": self.epsilon}

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return 3

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs (..., features) of this shape."""
        super().build(input_shape)
        self.gain = self.add_weight(
            shape=(2, 3 * self.units), initializer="ones", name="gain"
        )

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """LN(x W; a) + b, (..., features) -> (..., 3 * units)."""
        z = self._normalised(ops.matmul(times(x, fixed[0]), self.kernel), 0)
        return z if self.bias is None else z + self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        (h,), n = states, self.units
        past = self._normalised(ops.matmul(times(h, fixed[1]), self.recurrent_kernel), 1)
        gates = ops.sigmoid(z[:, : 2 * n] + past[:, : 2 * n])
        keep, reset = gates[:, :n], gates[:, n:]
        g = self.activation(z[:, 2 * n :] + reset * past[:, 2 * n :])
        h = keep * h + (1 - keep) * g
        return h, [h]

    def _normalised(self, z, which):
        """Both gates' sums together, and the candidate's."""
        n = 2 * self.units
        gains = ops.split(self.gain[which], [n], axis=-1)
        sums = (z[..., :n], z[..., n:])
        parts = [
            normalised(part, gain, self.epsilon)
            for part, gain in zip(sums, gains, strict=True)
        ]
        return ops.concatenate(parts, axis=-1)
