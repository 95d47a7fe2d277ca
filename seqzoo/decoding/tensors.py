"""Names of types that the signatures of this room share."""

from collections.abc import Callable
from typing import Any, TypeAlias

# A tensor of Keras' backend: no one class has them all.
Tensor: TypeAlias = Any
# What decoding asks of a model, `step(tokens, state) -> (log_probs, state, alignments)`; see the package.
Step: TypeAlias = Callable[[Tensor, list], tuple[Tensor, list, Tensor | None]]
