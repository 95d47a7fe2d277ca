"""Attention of decoder states over an encoder's outputs, in every form the field has a name for.

Made of Keras' own layers and operations alone: what is built with it on symbolic tensors loads in
plain Keras.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError, unknown_name
from seqzoo.layers.choices import ATTENTIONS
from seqzoo.layers.tensors import Shape, Tensor

SMALLEST = 1e-10  # monotonic: below it a product of probabilities counts as this


@keras.saving.register_keras_serializable("seqzoo")
class Attention(keras.layers.Layer):
    """Scores of queries against keys, a softmax over the keys, and the mean of the memory by it.

    With a query h and an encoder output m (Luong et al. 2015, section 3.1; Bahdanau et al. 2015, A.1.2):

        dot               h . m                      sizes must agree
        scaled_dot        h . m / sqrt(size)         Vaswani et al. 2017
        luong             h . W m                    "general"
        luong_scaled      g (h . W m)                g learned, from 1
        bahdanau          v . tanh(U h + W m)        "additive"
        bahdanau_normed   g (v . tanh(U h + W m + b)), v of length 1   Salimans & Kingma 2016
        *_monotonic       p = sigmoid(g (score) + r); the expected alignment of one that only moves
                          forward (Raffel et al. 2017, eq. 8 to 9), instead of the softmax

    W m, the key, is made once for all queries by `key_layer`, outside of this layer.

    Args:
        kind: a name in `ATTENTIONS`.
        units: size of queries and keys.

    Raises:
        InputError: on an unknown kind.
    """

    def __init__(self, kind: str, units: int, **kwargs: Any):
        if kind not in ATTENTIONS:
            raise unknown_name("attention", kind, ATTENTIONS)
        super().__init__(**kwargs)
        self.kind, self.units = kind, units
        self.supports_masking = True  # masks come as arguments; Keras' own would warn
        self.monotonic = kind.endswith("_monotonic")
        self.additive = kind.startswith("bahdanau")
        normed = kind == "bahdanau_normed"
        # Dense layers where the kind has them.
        self.query_layer: Any = None
        self.energy: Any = None
        self.rescale: Any = None
        if self.additive:
            self.query_layer = layers.Dense(units, use_bias=normed, name="attention_query")
            # The direction is kept at length 1 by a constraint, so that it is a layer of Keras' own.
            unit = keras.constraints.UnitNorm(axis=0) if normed else None
            self.energy = layers.Dense(
                1, use_bias=False, kernel_constraint=unit, name="attention_energy"
            )
        if normed or self.monotonic or kind == "luong_scaled":
            # A softmax would not notice a bias.
            self.rescale = layers.Dense(
                1,
                use_bias=self.monotonic,
                kernel_initializer="ones",
                name="attention_scale",
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), "kind": self.kind, "units": self.units}

    def build(
        self,
        query_shape: Shape,
        keys_shape: Shape | None = None,
        memory_shape: Shape | None = None,
        mask_shape: Shape | None = None,
    ) -> None:
        """Build the parts; the queries' size decides."""
        if query_shape[-1] != self.units or (keys_shape and keys_shape[-1] != self.units):
            raise InputError(
                f"attention {self.kind}: expected queries and keys of size {self.units}; got "
                f"{query_shape[-1]} and {keys_shape and keys_shape[-1]}"
            )
        if self.additive:
            self.query_layer.build((None, None, self.units))
            self.energy.build((None, None, None, self.units))
        if self.rescale is not None:
            self.rescale.build((None, None, None, 1))
        self.built = True

    def compute_mask(self, *arguments: Any, **masks: Any) -> None:
        """None: padding is what `mask` tells."""

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """Scores (batch, queries, time) of queries (batch, queries, units) against keys (batch, time,
        units)."""
        if self.additive:
            # (batch, queries, 1, units) + (batch, 1, time, units) -> scores (batch, queries, time, 1)
            both = ops.expand_dims(self.query_layer(query), 2) + ops.expand_dims(keys, 1)
            scores = self.energy(ops.tanh(both))
            scores = scores if self.rescale is None else self.rescale(scores)
            return ops.squeeze(scores, -1)
        scores = ops.matmul(query, ops.transpose(keys, (0, 2, 1)))
        if self.kind == "scaled_dot":
            scores = scores / math.sqrt(self.units)
        if self.rescale is None:
            return scores
        return ops.squeeze(self.rescale(ops.expand_dims(scores, -1)), -1)

    def step(
        self,
        query: Tensor,
        keys: Tensor,
        memory: Tensor,
        mask: Tensor,
        previous: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Attend once with each query.

        Args:
            query: (batch, queries, units).
            keys: (batch, time, units), as `key_layer` makes them.
            memory: (batch, time, features).
            mask: bool (batch, time), False where there is nothing to attend to.
            previous: of a monotonic attention: the queries' alignments a step ago, (batch, queries, time).

        Returns:
            contexts (batch, queries, features) and alignments (batch, queries, time); zeros of a row with
            nothing to attend to.
        """
        scores, there = self.scores(query, keys), ops.expand_dims(mask, 1)
        if self.monotonic:
            chosen = ops.sigmoid(scores) * ops.cast(there, scores.dtype)
            alignments = monotonic_step(previous, chosen)
        else:
            scores = ops.where(there, scores, ban(there, axis=-1, dtype=scores.dtype))
            # Where all is masked the softmax is even: nothing is left of it.
            alignments = ops.softmax(scores, axis=-1) * ops.cast(there, scores.dtype)
        return ops.matmul(alignments, memory), alignments

    def call(
        self, query: Tensor, keys: Tensor, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """`step` for queries that follow each other in time: of a monotonic attention each needs the
        one before."""
        if not self.monotonic:
            return self.step(query, keys, memory, mask)
        there = ops.cast(ops.expand_dims(mask, 1), query.dtype)  # (batch, 1, time)
        chosen = ops.sigmoid(self.scores(query, keys)) * there

        def follow(previous, chosen):
            alignments = monotonic_step(previous, chosen)
            return alignments, alignments

        first = first_alignment(mask, query.dtype)
        chosen = ops.transpose(chosen, (1, 0, 2))  # queries first
        _, alignments = ops.scan(follow, first, chosen)
        alignments = ops.transpose(alignments, (1, 0, 2))  # batch first again
        return ops.matmul(alignments, memory), alignments


def ban(there: Tensor, axis: int, dtype: str) -> Tensor:
    """What stands at masked positions in a softmax or a maximum over an axis: minus infinity.

    It is 0 where all of the axis is masked: an infinity less itself is not a number. It is computed, not a
    constant, since what a model is saved in has no word for an infinity.

    Args:
        there: bool, False at masked positions.
        dtype: a float type.

    Returns:
        A tensor of that type as `there`, 1 long on the axis.
    """
    some = ops.max(ops.cast(there, dtype), axis=axis, keepdims=True)
    return ops.log(1.0 - some)


def key_layer(kind: str, units: int) -> layers.Layer | None:
    """The layer that makes keys of an encoder's outputs; None where these are the keys."""
    if kind in ("dot", "scaled_dot"):
        return None
    return layers.Dense(units, use_bias=False, name="attention_keys")


def doubly_stochastic(alignments: Tensor, step_mask: Tensor) -> Tensor:
    """What a caption leaves unseen, or sees again and again (Xu et al. 2015, eq. 14).

    Args:
        alignments: (batch, steps, positions).
        step_mask: bool (batch, steps), False after a caption's end.

    Returns:
        The sum over positions of (1 - the attention of all steps together)^2, (batch,).
    """
    there = ops.cast(ops.expand_dims(step_mask, -1), alignments.dtype)
    seen = ops.sum(alignments * there, axis=1)  # (batch, positions)
    return ops.sum(ops.square(1.0 - seen), axis=-1)


def first_alignment(mask: Tensor, dtype: str) -> Tensor:
    """What a monotonic attention starts from: all on the first position, (batch, time)."""
    one = ops.cast(ops.ones_like(mask[:, :1]), dtype)
    return ops.concatenate([one, ops.zeros_like(ops.cast(mask[:, 1:], dtype))], axis=1)


def monotonic_step(previous: Tensor, chosen: Tensor) -> Tensor:
    """The expected alignment after one step (Raffel et al. 2017, section 2.4).

    Args:
        previous: the alignment before, (..., time).
        chosen: probability of each position to be taken once it is reached, (..., time).
    """
    stay = ops.log(ops.clip(1 - chosen, SMALLEST, 1))
    passed = ops.exp(ops.cumsum(stay, axis=-1) - stay)  # exclusive product of 1 - p
    return chosen * passed * ops.cumsum(previous / ops.maximum(passed, SMALLEST), axis=-1)
