"""The LSTM with all that has been added to it and taken from it."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.cells.base import Cell, times
from seqzoo.layers.cells.checks import check_lstm
from seqzoo.layers.cells.norm import normalised
from seqzoo.layers.tensors import Nested, Shape, Tensor

OPEN = 1e4  # its sigmoid is 1 in every float type


@keras.saving.register_keras_serializable("seqzoo")
class LSTMCell(Cell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), gate by gate.

    i = s(x W_i + h U_i + p_i c + b_i); f = s(x W_f + h U_f + p_f c + b_f); g = tanh(x W_g + h U_g + b_g);
    c = f c + i g; o = s(x W_o + h U_o + p_o c + b_o), c the new one; h = (o tanh(c)) P

    Gates stand in the kernels in the order i, f, g, o, as in Keras; a gate that is left out has no weights.
    Without options this is `keras.layers.LSTMCell`. Greff et al. 2017 compare the variants.

    Args:
        units: size of c.
        input_gate: False: i = 1.
        forget_gate: `"own"`; `"coupled"`: f = 1 - i; None: f = 1, the LSTM of 1997.
        output_gate: False: o = 1.
        peepholes: gates see c (p above; Gers & Schmidhuber 2000), else p = 0.
        projection: size of h, which is projected by P (Sak et al. 2014, section 2); None: h = o tanh(c).
        layer_norm: x W, h U and, within the output, c are normalised, with gains, the last with a bias too
            (Ba, Kiros & Hinton 2016, supplementary material).
        cell_clip, projection_clip: c and h are kept between minus this and this.
        recurrent_activation: that of the gates, s above.
        unit_forget_bias: f begins near s(1), not s(0) (Jozefowicz et al. 2015).
        epsilon: of the normalisation.
        settings: see `Cell`; activation is what stands as tanh above.

    Raises:
        InputError: on settings that exclude each other.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable = "tanh",
        *,
        input_gate: bool = True,
        forget_gate: str | None = "own",
        output_gate: bool = True,
        peepholes: bool = False,
        projection: int | None = None,
        layer_norm: bool = False,
        cell_clip: float | None = None,
        projection_clip: float | None = None,
        recurrent_activation: str | Callable = "sigmoid",
        unit_forget_bias: bool = True,
        epsilon: float = 1e-5,
        **settings: Any,
    ):
        super().__init__(units, activation, **settings)
        self.options: dict[str, Any] = {
            "input_gate": input_gate, "forget_gate": forget_gate, "output_gate": output_gate,
            "peepholes": peepholes, "projection": projection, "layer_norm": layer_norm,
            "cell_clip": cell_clip, "projection_clip": projection_clip,
            "unit_forget_bias": unit_forget_bias, "epsilon": epsilon,
        }  # fmt: skip
        check_lstm(self.options)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        kept = {"i": input_gate, "f": forget_gate == "own", "g": True, "o": output_gate}
        self.order = [gate for gate, there in kept.items() if there]
        self.output_size = projection or units
        self.state_size = [self.output_size, units]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        gates = keras.activations.serialize(self.recurrent_activation)
        return {**super().get_config(), **self.options, "recurrent_activation": gates}

    @property
    def gates(self) -> int:
        """How many sums of `units` numbers the inputs are projected to."""
        return len(self.order)

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs (..., features) of this shape."""
        super().build(input_shape)
        n, projection = self.units, self.options["projection"]
        if self.options["peepholes"]:
            shape = (self.gates - 1, n)  # one for each gate but the candidate
            self.peephole = self.weight("peephole", shape, "recurrent", initializer="zeros")
        if projection:
            self.projection_kernel = self.weight(
                "projection_kernel", (n, projection), "kernel"
            )
        if self.options["layer_norm"]:
            self.kernel_gain = self._normalising("kernel_gain", self.gates * n, "ones")
            self.recurrent_gain = self._normalising(
                "recurrent_gain", self.gates * n, "ones"
            )
            self.cell_gain = self._normalising("cell_gain", n, "ones")
            self.cell_bias = self._normalising("cell_bias", n, "zeros")

    def _normalising(self, name, size, initializer):
        """A weight of the layer normalisation, (size,)."""
        return self.add_weight(shape=(size,), initializer=initializer, name=name)

    def weight(
        self, name: str, shape: Shape, kind: str | None = None, **settings: Any
    ) -> keras.Variable:
        """A weight as `Cell.weight` makes it; the bias opens the gate that forgets."""
        if name == "bias" and self.options["unit_forget_bias"]:
            settings["initializer"] = self._first_bias
        return super().weight(name, shape, kind, **settings)

    def _first_bias(self, shape, dtype=None):
        """The bias initialiser's, but for the gate that forgets: 1, or -1 where it is the input gate."""
        bias = self.bias_initializer(shape, dtype=dtype)
        coupled = self.options["forget_gate"] == "coupled"
        if not coupled and "f" not in self.order:
            return bias
        place = self.order.index("i" if coupled else "f") * self.units
        ones = ops.full((self.units,), -1.0 if coupled else 1.0, dtype)
        return ops.concatenate([bias[:place], ones, bias[place + self.units :]])

    @property
    def kernel_name(self) -> str | None:
        """Keras' LSTM computes all of it but normalisation, projection and clipping; see `as_compiled`."""
        not_compiled = ("layer_norm", "projection", "cell_clip", "projection_clip")
        if any(self.options[name] for name in not_compiled):
            return None
        if self.recurrent_activation is not keras.activations.sigmoid:
            return None
        if self.activation is not keras.activations.tanh:
            return None
        return "peephole_lstm" if self.options["peepholes"] else "lstm"

    def as_compiled(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """Weights of all four gates: without one it is s(OPEN) = 1; f = 1 - s(z) = s(-z) where coupled."""
        bias = self.bias
        if bias is None:
            bias = ops.zeros((self.gates * self.units,))
        kernel = self._of_all_gates(self.kernel, missing=0.0)
        recurrent_kernel = self._of_all_gates(self.recurrent_kernel, missing=0.0)
        bias = self._of_all_gates(bias, missing=OPEN)
        if self.options["peepholes"]:
            bias = ops.concatenate([bias, *self._peepholes()])
        return kernel, recurrent_kernel, bias

    def _of_all_gates(self, weights, missing):
        """Weights (..., gates * units) of the gates there are -> (..., 4 * units), in Keras' order."""
        parts = dict(zip(self.order, ops.split(weights, self.gates, axis=-1), strict=True))
        if self.options["forget_gate"] == "coupled":
            parts["f"] = -parts["i"]
        for gate in "ifo":
            if gate not in parts:
                parts[gate] = ops.full_like(parts["g"], missing)
        return ops.concatenate([parts[gate] for gate in "ifgo"], axis=-1)

    def _peepholes(self):
        """Those of i, f and o, each (units,)."""
        seeing = [gate for gate in self.order if gate != "g"]
        own = dict(zip(seeing, ops.unstack(self.peephole), strict=True))
        if self.options["forget_gate"] == "coupled":
            own["f"] = -own["i"]
        return [own.get(gate, ops.zeros_like(self.peephole[0])) for gate in "ifo"]

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """x W + b, the product normalised with `layer_norm`; (..., features) -> (..., gates * units)."""
        z = ops.matmul(times(x, fixed[0]), self.kernel)
        if self.options["layer_norm"]:
            z = normalised(z, self.kernel_gain, self.options["epsilon"])
        return z if self.bias is None else z + self.bias

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: `project`'s sums of a step and the states -> output and states."""
        h, c = states
        past = ops.matmul(times(h, fixed[1]), self.recurrent_kernel)
        if self.options["layer_norm"]:
            past = normalised(past, self.recurrent_gain, self.options["epsilon"])
        sums = dict(zip(self.order, ops.split(z + past, self.gates, axis=-1), strict=True))
        i = self._gate("i", sums, c)
        f = 1 - i if self.options["forget_gate"] == "coupled" else self._gate("f", sums, c)
        g = self.activation(sums["g"])
        c = _clipped(f * c + i * g, self.options["cell_clip"])
        h = self._output(self._gate("o", sums, c), c)
        return h, [h, c]

    def _gate(self, name, sums, c):
        """A gate, or 1 where there is none of that name."""
        if name not in sums:
            return 1.0
        total = sums[name]
        if self.options["peepholes"]:
            place = [gate for gate in self.order if gate != "g"].index(name)
            total = total + self.peephole[place] * c
        return self.recurrent_activation(total)

    def _output(self, o, c):
        """h of the output gate and c: normalised, projected, clipped, as far as asked for."""
        if self.options["layer_norm"]:
            c = normalised(c, self.cell_gain, self.options["epsilon"]) + self.cell_bias
        h = o * self.activation(c)
        if self.options["projection"]:
            h = ops.matmul(h, self.projection_kernel)
        return _clipped(h, self.options["projection_clip"])


@keras.saving.register_keras_serializable("seqzoo")
class MogrifierLSTMCell(LSTMCell):
    """An LSTM before which input and state gate each other in turns (Melis et al. 2020, section 2).

    For k = 1, 3, ...: x = 2 s(h Q_k) x; for k = 2, 4, ...: h = 2 s(x R_k) h; then the LSTM's step.

    Args:
        rounds: the last k; 0 is the LSTM.
        rank: Q and R are products of two matrices of this rank; None: full ones.
        settings: see `LSTMCell`; without a recurrent dropout.
    """

    kernel_name = None

    def __init__(
        self,
        units: int,
        *arguments: Any,
        rounds: int = 5,
        rank: int | None = None,
        **settings: Any,
    ):
        super().__init__(units, *arguments, **settings)
        if rounds < 0 or (rank is not None and rank < 1):
            raise InputError(
                f"rounds, rank: expected at least 0 and at least 1; got {rounds!r}, {rank!r}"
            )
        self.rounds, self.rank = rounds, rank

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "rounds": self.rounds, "rank": self.rank}

    def build(self, input_shape: Shape) -> None:
        """Make the LSTM's weights and a list of matrices for each round."""
        super().build(input_shape)
        sizes = (self.output_size, input_shape[-1])  # of h and x
        self.factors = []
        for k in range(1, self.rounds + 1):
            before, after = sizes if k % 2 else sizes[::-1]
            shapes = [(before, after)]
            if self.rank is not None:
                shapes = [(before, self.rank), (self.rank, after)]
            factors = [
                self.weight(f"mogrifier_{k}_{place}", shape, "kernel")
                for place, shape in enumerate(shapes)
            ]
            self.factors.append(factors)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """The inputs times their dropout mask: they wait for h."""
        return times(x, fixed[0])  # it waits for h

    def advance(
        self, x: Tensor, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """One step of the equations above: inputs x (batch, features) and states -> h and [h, c]."""
        h, c = times(states[0], fixed[1]), states[1]
        for k, factors in enumerate(self.factors, 1):
            logits = h if k % 2 else x
            for factor in factors:
                logits = ops.matmul(logits, factor)
            gate = 2 * ops.sigmoid(logits)
            x, h = (gate * x, h) if k % 2 else (x, gate * h)
        z = super().project(x, (None, None), fresh)
        return super().advance(z, [h, c], (None, None), fresh)


def _clipped(x, limit):
    """x between minus the limit and the limit; None: as it is."""
    return x if limit is None else ops.clip(x, -limit, limit)
