"""Sentences of stories, (batch, sentences, ...), as rows of one batch and back."""

import keras
from keras import ops

from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class MergeSentences(keras.layers.Layer):
    """All sentences of a batch as one: (batch, sentences, ...) -> (batch * sentences, ...)."""

    def call(self, x: Tensor) -> Tensor:
        """Rows of sentences -> sentences."""
        return ops.reshape(x, (-1, *ops.shape(x)[2:]))

    def compute_output_shape(self, input_shape: Shape) -> tuple[int | None, ...]:
        """(batch, sentences, ...) -> (None, ...)."""
        return (None, *input_shape[2:])


@keras.saving.register_keras_serializable("seqzoo")
class PartSentences(keras.layers.Layer):
    """Undo `MergeSentences`: (batch * sentences, size) -> (batch, sentences, size).

    Call with the vectors of all sentences, and any numbers (batch, sentences).
    """

    def call(self, x: Tensor, rows: Tensor) -> Tensor:
        """Sentences (batch * sentences, size) -> (batch, sentences, size)."""
        return ops.reshape(x, (-1, ops.shape(rows)[1], x.shape[-1]))

    def compute_output_shape(
        self, x_shape: Shape, rows_shape: Shape
    ) -> tuple[int | None, ...]:
        """(batch * sentences, size), (batch, sentences) -> (batch, sentences, size)."""
        return (*rows_shape[:2], x_shape[-1])
