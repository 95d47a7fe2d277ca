"""Names of types that the signatures of layers and builders share."""

from typing import Any, TypeAlias

# A tensor of Keras' backend, or a `keras.KerasTensor` while a model is built: no one class has them all.
Tensor: TypeAlias = Any
# A tensor, or tensors in tuples, lists and dictionaries, as one cell hands them to itself.
Nested: TypeAlias = Any
# Sizes of the axes, each a number, or None where it is not known yet.
Shape: TypeAlias = tuple[Any, ...]
