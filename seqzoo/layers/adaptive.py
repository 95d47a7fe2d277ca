"""Adaptive softmax: a large vocabulary in clusters of falling frequency and falling size of features."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class AdaptiveSoftmax(keras.layers.Layer):
    """Log-probabilities over a vocabulary whose ids are sorted by falling frequency (Grave et al. 2017).

    The head gives those of the ids below the first cutoff, and of each cluster as a whole; within its
    cluster every other id has a softmax of its own, from features of a size that falls by `factor` from
    one cluster to the next. The layer's parts are Keras' own layers.

    Args:
        vocab_size: number of ids.
        cutoffs: ascending ids at which clusters begin, each below `vocab_size`.
        factor: by what the size of features falls.

    Raises:
        InputError: on cutoffs that are none.
    """

    def __init__(
        self, vocab_size: int, cutoffs: Sequence[int], factor: int = 4, **kwargs: Any
    ):
        super().__init__(**kwargs)
        ends = [0, *cutoffs, vocab_size]
        if not cutoffs or any(a >= b for a, b in itertools.pairwise(ends)):
            raise InputError(
                f"cutoffs: expected ascending ids below {vocab_size}; got {list(cutoffs)}"
            )
        self.vocab_size, self.cutoffs, self.factor = vocab_size, tuple(cutoffs), factor
        self.ends = ends[1:]
        self.head = layers.Dense(
            self.ends[0] + len(cutoffs), use_bias=False, name=f"{self.name}_head"
        )
        self.down: list[layers.Dense] = []
        self.up: list[layers.Dense] = []

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        own = {
            "vocab_size": self.vocab_size,
            "cutoffs": list(self.cutoffs),
            "factor": self.factor,
        }
        return {**super().get_config(), **own}

    def build(self, shape: Shape) -> None:
        """Make the parts for features (..., size)."""
        self.head.build(shape)
        for number, (low, high) in enumerate(
            zip(self.ends, self.ends[1:], strict=False), 1
        ):
            size = max(1, shape[-1] // self.factor**number)
            for stack, units, width in (
                (self.down, size, shape[-1]),
                (self.up, high - low, size),
            ):
                kind = "down" if stack is self.down else "up"
                stack.append(
                    layers.Dense(units, use_bias=False, name=f"{self.name}_{kind}_{number}")
                )
                stack[-1].build((None, width))
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        """Features (..., size) -> log-probabilities (..., vocab_size)."""
        head = ops.log_softmax(self.head(x))
        short = self.ends[0]
        parts = [head[..., :short]]
        for number, (down, up) in enumerate(zip(self.down, self.up, strict=True)):
            cluster = head[..., short + number : short + number + 1]
            parts.append(cluster + ops.log_softmax(up(down(x))))
        return ops.concatenate(parts, axis=-1)

    def cross_entropy(self, x: Tensor, targets: Tensor) -> Tensor:
        """The summed negative log-probability of targets; a cluster is computed for its own targets alone.

        Args:
            x: features (tokens, size).
            targets: int32 (tokens,).
        """
        short = self.ends[0]
        first = targets
        for number, low in enumerate(self.ends[:-1]):
            first = ops.where(targets >= low, short + number, first)
        total = -ops.sum(_at(ops.log_softmax(self.head(x)), first))
        for number, (low, high) in enumerate(zip(self.ends, self.ends[1:], strict=False)):
            (rows,) = ops.nonzero(ops.logical_and(targets >= low, targets < high))
            scores = self.up[number](self.down[number](ops.take(x, rows, axis=0)))
            total -= ops.sum(
                _at(ops.log_softmax(scores), ops.take(targets, rows, axis=0) - low)
            )
        return total


def _at(x, indices):
    return ops.take_along_axis(x, ops.expand_dims(indices, -1), axis=-1)
