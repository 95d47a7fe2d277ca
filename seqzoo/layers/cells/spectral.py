"""Recurrent matrices of a chosen spectral radius."""

import keras
import numpy as np
from keras import ops

from seqzoo.errors import InputError


@keras.saving.register_keras_serializable("seqzoo")
class SpectralRadius(keras.initializers.Initializer):
    """Normal draws, scaled until the largest absolute eigenvalue is `radius`.

    With a radius well below 1 a simple recurrent network's gradients vanish, well above 1 they can explode
    (Pascanu, Mikolov & Bengio 2013, section 2.1).

    Args:
        radius: above 0.
        connectivity: share of the weights that are not 0.
        seed: of the draws; None: another matrix for each layer.

    Raises:
        InputError: on numbers out of their range; on a matrix that is not square, or so sparse that its
            eigenvalues are all 0.
    """

    def __init__(self, radius: float = 0.9, connectivity: float = 1.0, seed: int | None = None):
        if not radius > 0:
            raise InputError(f"radius: expected a number above 0; got {radius!r}")
        if not 0 < connectivity <= 1:
            raise InputError(f"connectivity: expected a share above 0 and up to 1; got {connectivity!r}")
        self.radius, self.connectivity, self.seed = radius, connectivity, seed
        self.draws = keras.random.SeedGenerator(seed)

    def __call__(self, shape, dtype=None):
        if len(shape) != 2 or shape[0] != shape[1]:
            raise InputError(f"SpectralRadius: expected a square matrix; got shape {tuple(shape)}")
        first = int(ops.convert_to_numpy(keras.random.randint((), 0, 2**31 - 1, seed=self.draws)))
        generator = np.random.default_rng(first)
        kept = generator.random(shape) < self.connectivity
        matrix = generator.standard_normal(shape) * kept
        largest = np.abs(np.linalg.eigvals(matrix)).max()
        if not largest > 1e-6:
            raise InputError(
                f"SpectralRadius: {shape[0]} units with a connectivity of {self.connectivity} leave no loop; "
                "expected more of either"
            )
        return ops.convert_to_tensor(matrix * (self.radius / largest), dtype)

    def get_config(self):
        return {"radius": self.radius, "connectivity": self.connectivity, "seed": self.seed}
