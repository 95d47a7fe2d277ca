"""The LSTM of which one gate is left, and whose inputs may be a table's rows in place of a product."""

from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.cells.base import Cell, times
from seqzoo.layers.tensors import Nested, Shape, Tensor

ALL, FIRST, SECOND = "all", "first", "second"
SUMS = (None, ALL, FIRST, SECOND)


@keras.saving.register_keras_serializable("seqzoo")
class ForgetLSTMCell(Cell):
    """An LSTM that forgets, and neither shuts its input nor its output (Johnson & Zhang 2016, section 2).

    f = s(x W_f + h U_f + b_f); g = tanh(x W_g + h U_g + b_g); c = f c + g; h = tanh(c)

    Gates stand in the kernels in the order f, g. The bias begins with zeros, as theirs does.

    Args:
        units: size of c and of h.
        sums: None: x are features. Else x are what x W would be, (..., 2 * units), and there is no kernel:
            a product with a word's one-hot vector is a row of a table. `"all"`: x is that; `"first"` and
            `"second"`: its first or second half is, for two directions with tables of their own.
        settings: see `Cell`; the activation is tanh.

    Raises:
        InputError: on another `sums`.
    """

    def __init__(self, units: int, *, sums: str | None = None, **settings: Any):
        super().__init__(units, **settings)
        if sums not in SUMS:
            raise InputError(f"sums: expected one of {SUMS}; got {sums!r}")
        self.sums = sums
        self.output_size = units
        self.state_size = [units, units]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "sums": self.sums}

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return 2

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs (..., features) of this shape.

        Raises:
            InputError: if the inputs are to be sums, and are not so wide.
        """
        if self.sums is None:
            super().build(input_shape)
            return
        width = self.gates * self.units
        expected = width if self.sums == ALL else 2 * width
        if input_shape[-1] != expected:
            raise InputError(
                f"inputs: expected {expected} sums of {self.units} units; got {input_shape[-1]}"
            )
        self.kernel = None
        self.recurrent_kernel = self.weight("recurrent_kernel", (self.units, width))
        self.bias = self.weight("bias", (width,)) if self.use_bias else None
        self.built = True

    @property
    def kernel_name(self) -> str | None:
        """The compiled loop that computes this cell; it has tanh alone."""
        tanh = self.activation is keras.activations.tanh
        return "forget_lstm" if tanh else None

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """The cell's own weights; without a kernel one of no features."""
        kernel = self.kernel
        if kernel is None:
            kernel = ops.zeros((0, self.gates * self.units), self.compute_dtype)
        return kernel, self.recurrent_kernel, self.bias

    def own_sums(self, x: Tensor) -> Tensor:
        """Of both directions' sums, (..., 4 * units), this one's; other inputs as they are."""
        if self.sums in (None, ALL):
            return x
        return ops.split(x, 2, axis=-1)[self.sums == SECOND]

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Tensor:
        """x W + b, (batch, time, features) or (batch, features) -> (..., 2 * units)."""
        if self.sums is None:
            return super().project(x, fixed, fresh)
        z = self.own_sums(times(x, fixed[0]))
        return z if self.bias is None else z + self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h, c = states
        z = z + ops.matmul(times(h, fixed[1]), self.recurrent_kernel)
        f, g = ops.split(z, 2, axis=-1)
        c = ops.sigmoid(f) * c + self.activation(g)
        h = self.activation(c)
        return h, [h, c]
