"""A recurrent decoder with attention: all steps of a known target at once, or one step at a time."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.attention import Attention, first_alignment
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.carried import state_sizes
from seqzoo.layers.choices import PLACES
from seqzoo.layers.loop import scan
from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class Decoder(keras.layers.Layer):
    """Stacked recurrent layers, attention, and a layer that joins state and context.

    With attention at the `"top"` (Luong et al. 2015, sections 3 and 3.3), the top state h asks, and
    h~ = tanh(W [h; context]) comes out; with input feeding h~ also goes into the next step's input. At
    the `"bottom"` (Wu et al. 2016, section 3; the `gnmt_v2` of tensorflow/nmt) the first layer's state asks,
    and the context goes into all upper layers too: they know what has been attended to, and yet
    no step of training waits for the one before.

    Args:
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size; one number for each layer.
        output_dim: size of h~.
        attention: a name in `ATTENTIONS`, or None: the last state is all the decoder gets.
        attention_at: `"top"` or `"bottom"`.
        input_feeding: give h~ to the next step. Training then goes step by step.
        residual: add a layer's input to its output where their sizes agree.
        dropout: share dropped of inputs, of each layer's output, and of h~.

    Raises:
        InputError: on an unknown name, or settings that exclude each other.
    """

    def __init__(
        self,
        cell: str,
        units: Sequence[int],
        output_dim: int,
        *,
        attention: str | None = "luong",
        attention_at: str = "top",
        input_feeding: bool = False,
        residual: bool = False,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if attention_at not in PLACES:
            raise InputError(
                f"attention_at: expected one of {', '.join(PLACES)}; got {attention_at!r}"
            )
        if input_feeding and attention is None:
            raise InputError(
                "input_feeding: expected an attention, whose result is what is fed; got None"
            )
        self.settings = {
            "cell": cell, "units": list(units), "output_dim": output_dim, "attention": attention,
            "attention_at": attention_at, "input_feeding": input_feeding, "residual": residual,
            "dropout": dropout, "seed": seed,
        }  # fmt: skip
        self.input_feeding, self.residual, self.dropout = input_feeding, residual, dropout
        self.bottom = attention_at == "bottom" and attention is not None
        self.output_dim = output_dim
        self.rnns = [
            recurrent(cell, size, return_state=True, name=f"decoder_{cell}_{number}")
            for number, size in enumerate(units, 1)
        ]
        # Keras names all cells alike, and a model's parts must differ in name.
        for rnn in self.rnns:
            rnn.cell.name = f"{rnn.name}_cell"
        asking = units[0] if self.bottom else units[-1]
        self.attention = (
            None if attention is None else Attention(attention, asking, name="attention")
        )
        self.join = layers.Dense(output_dim, "tanh", use_bias=False, name="attentional")
        self.noise = keras.random.SeedGenerator(seed)
        self.supports_masking = True  # masks come as arguments; Keras' own would warn

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), **self.settings}

    def build(self, x_shape: Shape, memory_shape: Shape = (), **shapes: Shape) -> None:
        """Build all parts; `memory_shape` is that of the encoder's outputs."""
        size = x_shape[-1] + (self.output_dim if self.input_feeding else 0)
        context = 0 if self.attention is None else memory_shape[-1]
        for rnn in self.rnns:
            rnn.build((None, None, size))
            size = rnn.units + (context if self.bottom else 0)
        if self.attention is not None:
            self.attention.build((None, None, self.attention.units))
        self.join.build((None, None, self.rnns[-1].units + context))
        self.built = True

    def compute_mask(self, *arguments: Any, **masks: Any) -> None:
        """None: padding is what `step_mask` tells."""

    @property
    def state_sizes(self) -> list[int]:
        """Sizes of the recurrent layers' states, in order: an LSTM has two."""
        return [size for rnn in self.rnns for size in state_sizes(rnn)]

    def first_state(self, states: list, mask: Tensor) -> list[Tensor]:
        """The state before the first step: the layers', h~ (zeros), and a monotonic alignment.

        Args:
            states: the layers' first states, (batch, units) each.
            mask: bool (batch, source time).
        """
        state = list(states)
        if self.input_feeding:
            # (batch, 1) times (1, output_dim): the batch need not be known
            column = ops.zeros_like(states[0][:, :1])
            state.append(column * ops.ones((1, self.output_dim), column.dtype))
        if self.attention is not None and self.attention.monotonic:
            state.append(first_alignment(mask, states[0].dtype))
        return state

    def step(
        self,
        x: Tensor,
        state: list,
        keys: Tensor,
        memory: Tensor,
        mask: Tensor,
        noise: list[Tensor] | None = None,
    ) -> tuple[Tensor, list[Tensor], Tensor | None]:
        """One step for one or several hypotheses of each example.

        Args:
            x: embedded tokens (batch, hypotheses, features).
            state: tensors (batch * hypotheses, ...), as `first_state` and this give them.
            keys, memory, mask: see `Attention.step`.
            noise: dropout's factors for this step, as `draw` makes them.

        Returns:
            h~ (batch, hypotheses, output_dim), the next state, and alignments (batch, hypotheses,
            source time), or None without attention.
        """
        # The state is that of each layer, then h~ with input feeding, then a monotonic alignment.
        counts = [len(state_sizes(rnn)) for rnn in self.rnns]
        ends = list(itertools.accumulate(counts))
        states = [
            list(state[end - count : end]) for count, end in zip(counts, ends, strict=True)
        ]
        rest, new = list(state[ends[-1] :]), []
        if self.input_feeding:
            x = ops.concatenate([x, _unflatten(rest.pop(0), x)], axis=-1)

        def run(number, x):
            output, after = self.rnns[number].cell(_flatten(x), states[number])
            new.extend(after)
            return _unflatten(output, x)

        def attend(query):
            previous = _unflatten(rest[0], query) if rest else None
            return self.attention.step(query, keys, memory, mask, previous)

        features, alignments = self._through(x, run, attend, noise)
        if self.input_feeding:
            new.append(_flatten(features))
        if rest:
            new.append(_flatten(alignments))
        return features, new, alignments

    def call(
        self,
        x: Tensor,
        memory: Tensor,
        keys: Tensor,
        memory_mask: Tensor,
        states: list,
        step_mask: Tensor,
        training: bool | None = False,
    ) -> Any:
        """All steps of a known target.

        Args:
            x: embedded tokens (batch, time, features).
            memory: the encoder's outputs (batch, source time, features).
            keys: see `key_layer`.
            memory_mask: bool (batch, source time).
            states: the layers' first states.
            step_mask: bool (batch, time), False after a target's end.

        Returns:
            h~ (batch, time, output_dim) and alignments (batch, time, source time), or without
            attention h~ alone.
        """
        noise = self.draw(x, training)
        if self.input_feeding:
            features, alignments = self._loop(x, memory, keys, memory_mask, states, noise)
        else:
            features, alignments = self._at_once(
                x, memory, keys, memory_mask, states, step_mask, noise
            )
        return features if alignments is None else (features, alignments)

    def _at_once(self, x, memory, keys, memory_mask, states, step_mask, noise):
        """All steps, layer by layer: no step waits for the one before."""
        states = list(states)

        def run(number, x):
            first = [states.pop(0) for _ in state_sizes(self.rnns[number])]
            return self.rnns[number](x, initial_state=first, mask=step_mask)[0]

        return self._through(
            x, run, lambda query: self.attention(query, keys, memory, memory_mask), noise
        )

    def _loop(self, x, memory, keys, memory_mask, states, noise):
        """All steps one by one: with input feeding each waits for the one before."""

        def body(state, inputs):
            noise = [ops.expand_dims(n, 1) for n in inputs[1:]] or None
            state, x = list(state[:before]), ops.expand_dims(inputs[0], 1)
            features, state, alignments = self.step(
                x, state, keys, memory, memory_mask, noise
            )
            return [*state, features[:, 0], alignments[:, 0]]

        first = self.first_state(states, memory_mask)
        before = len(first)
        outputs = [
            ops.zeros_like(first[len(states)]),
            ops.zeros_like(ops.cast(memory_mask, x.dtype)),
        ]
        inputs = [ops.swapaxes(value, 0, 1) for value in [x, *(noise or [])]]  # time first
        _, (features, alignments) = scan(body, [*first, *outputs], inputs, kept=2)
        return ops.swapaxes(features, 0, 1), ops.swapaxes(alignments, 0, 1)

    def _through(self, x, run, attend, noise):
        """The layers from bottom to top; `run` and `attend` know whether it is one step or all."""
        noise = iter(noise or [])
        context = alignments = None
        x = _times(x, noise)
        for number, rnn in enumerate(self.rnns):
            inputs = x if context is None else ops.concatenate([x, context], axis=-1)
            output = run(number, inputs)
            output = _times(output, noise)
            if self.bottom and number == 0:
                context, alignments = attend(output)
            same_size = x.shape[-1] == rnn.units
            x = output + x if self.residual and same_size else output
        if self.attention is not None and not self.bottom:
            context, alignments = attend(x)
        parts = [x] if context is None else [x, context]
        joined = self.join(ops.concatenate(parts, axis=-1))
        return _times(joined, noise), alignments

    def draw(self, x: Tensor, training: bool | None) -> list[Tensor] | None:
        """Dropout's factors for all steps of x, (batch, time, size) each; None without dropout."""
        if not (training and self.dropout):
            return None
        batch, time = ops.shape(x)[0], ops.shape(x)[1]
        fed = self.output_dim if self.input_feeding else 0
        sizes = [x.shape[-1] + fed, *(rnn.units for rnn in self.rnns), self.output_dim]
        kept = 1 - self.dropout
        draws = [
            keras.random.uniform((batch, time, size), seed=self.noise) < kept
            for size in sizes
        ]
        return [ops.cast(draw, x.dtype) / kept for draw in draws]


def _times(x, noise):
    """x times the next of dropout's factors, where there is one."""
    factor = next(noise, None)
    return x if factor is None else x * factor


def _flatten(x):
    """(batch, hypotheses, size) -> (batch * hypotheses, size)."""
    if x.shape[1] == 1:  # symbolic tensors can't be asked for their sizes
        return ops.squeeze(x, 1)
    return ops.reshape(x, (-1, x.shape[-1] or ops.shape(x)[-1]))


def _unflatten(x, like):
    """(batch * hypotheses, size) -> (batch, hypotheses, size), the first two as of `like`."""
    if like.shape[1] == 1:
        return ops.expand_dims(x, 1)
    batch, hypotheses = ops.shape(like)[0], ops.shape(like)[1]
    return ops.reshape(x, (batch, hypotheses, x.shape[-1] or ops.shape(x)[-1]))
