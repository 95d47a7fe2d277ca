"""SimpleRNN, GRU, LSTM, RNN and Bidirectional: Keras' own layers with a compiled way through them.

Weights, arguments, results and names are those of `keras.layers`; only the loop over time is ours,
where it can be taken: see `loop`.
"""

import logging
from typing import Any, ClassVar

import keras
from keras import ops

from seqzoo.layers.cells.base import mask_of
from seqzoo.layers.compiled import run, step_by_step, unavailable
from seqzoo.layers.given import check_padded, check_states
from seqzoo.layers.tensors import Tensor

log = logging.getLogger("seqzoo")

_FUSED = """

    Takes every argument of the Keras layer and one more.

    Args:
        fused: `"auto"` takes the compiled loop where it can; True raises where it cannot; False
            always takes Keras' own loop, which "auto" takes, too, where XLA compiles the call
            (`tf.function(jit_compile=True)`) or it is traced for export.

    Attributes:
        loop: `"fused"`, or `"plain: "` and the reason; None before the first call. A line of the
            log `seqzoo` tells it too. Fused layers run up to five steps (ten, with small weights), where
            a graph knows their number, in TensorFlow's own operations, one after the other: that is
            quicker.

    Raises:
        ValueError: with `fused=True`, at a call that only Keras' loop can carry.
    """


class Fused:
    """What the three layers share: choosing the way through the loop, and taking it."""

    # Of the Keras layer that a class below stands before, and of that class.
    cell: Any
    name: str
    unroll: bool
    KERNELS: ClassVar[dict]
    KERNELS_TELL: ClassVar[str]

    def __init__(self, *args: Any, fused: str | bool = "auto", **kwargs: Any):
        if fused not in ("auto", True, False):
            raise ValueError(f'fused: expected "auto", True or False; got {fused!r}')
        super().__init__(*args, **kwargs)
        self.fused = fused
        self.loop: str | None = None
        if self.obstacle(training=False) is None:
            # Keras then doesn't ask XLA to compile a call into Python.
            self.supports_jit = False

    def __call__(self, sequences: Tensor, *args: Any, **kwargs: Any) -> Any:
        """As the Keras layer is called.

        Raises:
            ValueError: on a ragged tensor.
        """
        check_padded(self.name, sequences)
        return super().__call__(sequences, *args, **kwargs)  # type: ignore[misc]  # the Keras layer's

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        config = super().get_config()  # type: ignore[misc]  # the Keras layer's
        return {**config, "fused": self.fused}

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        """TensorFlow's hook for saving: a SavedModel of a call into Python could not be run."""
        if save_type == "savedmodel" and self.loop == "fused":
            raise ValueError(
                f"{self.name}: a compiled layer can't be exported; export seqzoo.layers.to_stock(model)"
            )
        return super()._trackable_children(save_type, **kwargs)

    def inner_loop(
        self,
        sequences: Tensor,
        initial_state: list,
        mask: Tensor | None,
        training: bool | None = False,
    ) -> tuple[Tensor, Tensor, list]:
        """Keras' hook for the loop: last output, outputs, last states.

        Raises:
            ValueError: on first states of another number or size than the layer's.
        """
        sizes = self.cell.state_size
        nested = any(
            isinstance(state, (list, tuple)) for state in initial_state
        )  # stacked cells
        if isinstance(sizes, (int, list, tuple)) and not nested:
            each = [sizes] if isinstance(sizes, int) else sizes
            check_states(self.name, initial_state, each)
        obstacle = self.obstacle(training)
        self.announce(obstacle)
        if obstacle:
            return self._plain_loop(sequences, initial_state, mask, training)
        if training and self.cell.dropout:  # one mask for all steps, as Keras has it
            kept = self.cell.get_dropout_mask(sequences[:, 0, :])
            sequences = sequences * ops.expand_dims(kept, 1)
        output, (ends,) = run([self], sequences, [initial_state], mask, training)
        return output, output, ends

    def _plain_loop(self, sequences, initial_state, mask, training):
        return super().inner_loop(sequences, initial_state, mask, training)

    def announce(self, obstacle: str | None) -> None:
        """Keep `loop` up to date, log a change of it, raise where only the fused way was allowed."""
        if obstacle and self.fused is True:
            raise ValueError(f"{self.name}: fused=True, but the layer can't be: {obstacle}")
        loop = f"plain: {obstacle}" if obstacle else "fused"
        if loop != self.loop:
            log.info("%s (%s): %s", self.name, type(self).__name__, loop)
        self.loop = loop

    def obstacle(self, training: bool | None) -> str | None:
        """Why the compiled loop can't be taken; None where it can."""
        cell = self.cell
        if self.fused is False:
            return "fused=False"
        if self.unroll:
            return "unroll=True"
        if training and getattr(cell, "recurrent_dropout", False):
            return "recurrent_dropout, in training"
        if (
            training
            and getattr(cell, "dropout", False)
            and getattr(cell, "implementation", 2) == 1
        ):
            return "dropout with implementation=1, in training"
        if self._kernel() is None:
            return self._no_kernel()
        if cell.compute_dtype not in ("float16", "bfloat16", "float32", "float64"):
            return f"dtype {cell.compute_dtype}"
        return unavailable()

    def compiled_form(self) -> tuple[str, tuple] | None:
        """Name and weights (kernel, recurrent_kernel, bias or None) of the compiled cell, or None."""
        return None if self._kernel() is None else (self._kernel(), self._weights())

    def _no_kernel(self):
        """Why `_kernel` gives none."""
        return f"activations other than {self.KERNELS_TELL}"

    def _weights(self):
        """kernel, recurrent_kernel and bias (or None) as the compiled cell takes them."""
        return self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias

    def _kernel(self):
        """The name of the compiled cell, or None where there is none for the activations."""
        gates = getattr(self.cell, "recurrent_activation", keras.activations.sigmoid)
        if gates is not keras.activations.sigmoid:
            return None
        return self.KERNELS.get(self.cell.activation)


@keras.saving.register_keras_serializable("seqzoo")
class SimpleRNN(Fused, keras.layers.SimpleRNN):
    __doc__ = "`keras.layers.SimpleRNN` (Elman 1990), compiled for tanh and relu." + _FUSED
    KERNELS: ClassVar = {
        keras.activations.tanh: "simple_rnn",
        keras.activations.relu: "simple_rnn_relu",
    }
    KERNELS_TELL = "tanh and relu"


@keras.saving.register_keras_serializable("seqzoo")
class LSTM(Fused, keras.layers.LSTM):
    __doc__ = (
        "`keras.layers.LSTM` (Hochreiter & Schmidhuber 1997; Gers et al. 2000)." + _FUSED
    )
    KERNELS: ClassVar = {keras.activations.tanh: "lstm"}
    KERNELS_TELL = "tanh and sigmoid"


@keras.saving.register_keras_serializable("seqzoo")
class GRU(Fused, keras.layers.GRU):
    __doc__ = "`keras.layers.GRU` (Cho et al. 2014), both forms of the reset gate." + _FUSED
    KERNELS: ClassVar = {keras.activations.tanh: "gru"}
    KERNELS_TELL = "tanh and sigmoid"

    def _kernel(self):
        name = super()._kernel()
        return name if name is None or self.reset_after else "gru_reset_before"


@keras.saving.register_keras_serializable("seqzoo")
class RNN(Fused, keras.layers.RNN):
    __doc__ = (
        "`keras.layers.RNN` of any cell: what need not wait for the step before is done for all at once, and "
        "cells that are Keras' own in other weights take their compiled loop." + _FUSED
    )

    @property
    def units(self) -> int:
        """Size of an output."""
        return self.cell.output_size

    def _kernel(self):
        return getattr(self.cell, "kernel_name", None)

    def _no_kernel(self):
        return f"{type(self.cell).__name__}, so set, has no compiled loop"

    def _weights(self):
        return self.cell.as_compiled()

    def _plain_loop(self, sequences, initial_state, mask, training):
        return step_by_step(
            self, sequences, initial_state, mask_of(mask), training, self.unroll
        )


@keras.saving.register_keras_serializable("seqzoo")
class Bidirectional(keras.layers.Bidirectional):
    """`keras.layers.Bidirectional` (Schuster & Paliwal 1997); both directions in one compiled loop.

    Over two of the layers above, alike but for their weights, neither stateful nor dropping inputs;
    over others, and else, each direction takes its own way.

    Attributes:
        loop: `"fused"`, or what the two directions' `loop` say; None before the first call.
    """

    loop = None

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.supports_jit = (
            self.forward_layer.supports_jit and self.backward_layer.supports_jit
        )

    def __call__(self, sequences: Tensor, *args: Any, **kwargs: Any) -> Any:
        """As the Keras layer is called.

        Raises:
            ValueError: on a ragged tensor.
        """
        check_padded(self.name, sequences)
        return super().__call__(sequences, *args, **kwargs)

    def call(
        self,
        sequences: Tensor,
        initial_state: list | None = None,
        mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Any:
        """Read from both ends: (batch, time, features) -> outputs merged as `merge_mode` says."""
        both = [self.forward_layer, self.backward_layer]
        if not self._alike(training):
            out = super().call(
                sequences, initial_state=initial_state, mask=mask, training=training
            )
            paths = [
                getattr(layer, "loop", f"plain: {type(layer).__name__}") for layer in both
            ]
            self.loop = paths[0] if paths[0] == paths[1] else " | ".join(paths)
            return out
        for layer in both:
            layer.announce(None)
        self.loop = "fused"

        if initial_state is None:
            batch = ops.shape(sequences)[0]
            initial_state = [s for each in both for s in each.get_initial_state(batch)]
        half = len(both[0].state_size)
        check_states(self.name, initial_state, [*both[0].state_size, *both[1].state_size])
        states = [initial_state[:half], initial_state[half:]]
        output, ends = run(both, sequences, states, mask, training)
        output = self._merge(ops.cast(output, self.compute_dtype))
        if not self.return_state:
            return output
        outputs = output if self.merge_mode is None else (output,)
        return (*outputs, *ends[0], *ends[1])

    def _alike(self, training):
        """Whether both directions can share one compiled loop."""
        one, other = self.forward_layer, self.backward_layer
        if not isinstance(one, Fused) or type(one) is not type(other):
            return False
        if one.go_backwards or one.stateful:
            return False
        for each in (one, other):
            drops = training and getattr(each.cell, "dropout", 0)
            if drops or each.obstacle(training):
                return False
        if one._kernel() != other._kernel():
            return False
        names = ("units", "compute_dtype", "return_sequences")
        return all(getattr(one, name) == getattr(other, name) for name in names)

    def _merge(self, output):
        """The directions' outputs, side by side, merged as asked."""
        if self.merge_mode == "concat":
            return output
        y, y_rev = ops.split(output, 2, axis=-1)
        merged = {
            "sum": y + y_rev,
            "ave": (y + y_rev) / 2,
            "mul": y * y_rev,
            None: (y, y_rev),
        }
        return merged[self.merge_mode]
