"""The cell that a search found."""

from typing import Any

import keras
from keras import ops

from seqzoo.layers.cells.base import Cell, times
from seqzoo.layers.tensors import Nested, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class NASCell(Cell):
    """The cell found by neural architecture search (Zoph & Le 2017, appendix A, figure 8).

    With x W = x_1 .. x_8 and h U + b = h_1 .. h_8, s the sigmoid:

        a = tanh(c + tanh(s(x_1 + h_1) relu(x_2 + h_2)));  b = tanh(s(x_3 + h_3) + relu(x_4 h_4))
        d = tanh(tanh(x_5 + h_5) s(x_6 + h_6));            e = s(tanh(x_7 + h_7) + s(x_8 + h_8))
        c = a b;                                           h = tanh(c tanh(d + e))
    """

    def __init__(self, units: int, *arguments: Any, **settings: Any):
        super().__init__(units, *arguments, **settings)
        self.state_size = [units, units]

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return 8

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """x W, (..., features) -> (..., 8 * units); the bias belongs to the state."""
        return ops.matmul(times(x, fixed[0]), self.kernel)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        past = ops.matmul(times(states[0], fixed[1]), self.recurrent_kernel)
        past = past if self.bias is None else past + self.bias
        x, h = (dict(enumerate(ops.split(total, 8, axis=-1), 1)) for total in (z, past))
        s, tanh, relu = ops.sigmoid, ops.tanh, ops.relu
        a = tanh(states[1] + tanh(s(x[1] + h[1]) * relu(x[2] + h[2])))
        b = tanh(s(x[3] + h[3]) + relu(x[4] * h[4]))
        d = tanh(tanh(x[5] + h[5]) * s(x[6] + h[6]))
        e = s(tanh(x[7] + h[7]) + s(x[8] + h[8]))
        c = a * b
        h = tanh(c * tanh(d + e))
        return h, [h, c]
