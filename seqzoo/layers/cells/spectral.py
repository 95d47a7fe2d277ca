"""Recurrent matrices of a chosen spectral radius."""

from typing import Any

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Shape, Tensor

SQUARINGS = 22


@keras.saving.register_keras_serializable("seqzoo")
class SpectralRadius(keras.initializers.Initializer):
    """Normal draws, scaled until the largest absolute eigenvalue is `radius`.

    With a radius well below 1 a simple recurrent network's gradients vanish, well above 1 they can explode
    (Pascanu, Mikolov & Bengio 2013, section 2.1).

    Args:
        radius: above 0.
        connectivity: share of the weights between different units that are not 0.
        seed: of the draws; None: another matrix for each layer.

    Raises:
        InputError: on numbers out of their range, or a matrix that is not square.
    """

    def __init__(
        self, radius: float = 0.9, connectivity: float = 1.0, seed: int | None = None
    ):
        if not radius > 0:
            raise InputError(f"radius: expected a number above 0; got {radius!r}")
        if not 0 < connectivity <= 1:
            raise InputError(
                f"connectivity: expected a share above 0 and up to 1; got {connectivity!r}"
            )
        self.radius, self.connectivity, self.seed = radius, connectivity, seed
        self.draws = keras.random.SeedGenerator(seed)

    def __call__(self, shape: Shape, dtype: str | None = None) -> Tensor:
        if len(shape) != 2 or shape[0] != shape[1]:
            raise InputError(
                f"SpectralRadius: expected a square matrix; got shape {tuple(shape)}"
            )
        kept = (
            keras.random.uniform(shape, dtype="float32", seed=self.draws)
            < self.connectivity
        )
        # With the diagonal there is always an eigenvalue that is not 0.
        kept = ops.cast(ops.logical_or(kept, ops.eye(shape[0], dtype="bool")), "float32")
        matrix = keras.random.normal(shape, dtype="float32", seed=self.draws) * kept
        return ops.cast(
            matrix * (self.radius / spectral_radius(matrix)), dtype or keras.config.floatx()
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initialiser again."""
        return {"radius": self.radius, "connectivity": self.connectivity, "seed": self.seed}


def spectral_radius(matrix: Tensor) -> Tensor:
    """The largest absolute eigenvalue, to about 1e-5.

    By Gelfand's formula, the limit of norm(A ** m) ** (1 / m), with m a power of 2: unlike eigenvalues it
    can be worked out inside a compiled graph, where layers may be built.
    """
    logarithm = 0.0
    for times in range(SQUARINGS):
        norm = ops.sqrt(ops.sum(ops.square(matrix)))
        logarithm += ops.log(norm) / 2**times
        matrix = ops.matmul(matrix / norm, matrix / norm)
    return ops.exp(logarithm)
