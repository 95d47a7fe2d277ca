"""Frozen encoders: small networks of `keras.applications`, which give features of each place of a picture.

They run in Keras. Their weights are a user's own download, or of chance.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_json, sha256, write_json

OWN = "convolution"  # the captioner's own, which is trained with it
# Name -> module of `keras.applications`; weights of larger ones are more than a file beside a model may have.
MODULES = {
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "DenseNet121": "densenet",
    "EfficientNetB0": "efficientnet",
    "EfficientNetV2B0": "efficientnet_v2",
}
SMALLEST = 32  # height and width of pictures
WEIGHTS, ABOUT = "frozen.npy", "frozen.json"
ROWS = 32  # pictures computed together


class Frozen:
    """A network of `keras.applications` without its classes.

    Args:
        name: one of `MODULES`.
        size: height and width of pictures.

    Attributes:
        features: numbers of a position.

    Raises:
        InputError: on a size that is too small.
    """

    def __init__(self, name: str, size: int):
        import keras

        from seqzoo.training.running import KerasNetwork

        if size < SMALLEST:
            raise InputError(
                f"image_size: expected {SMALLEST} or more, for {name}; got {size}"
            )
        self.name, self.size = name, size
        self._module = getattr(keras.applications, MODULES[name])
        build = getattr(keras.applications, name)
        self.network = build(weights=None, include_top=False, input_shape=(size, size, 3))
        self.features: int = self.network.output_shape[-1]
        (self._given,) = (each.name for each in self.network.inputs)
        self._running = KerasNetwork(self.network)

    @classmethod
    def made(cls, name: str, size: int, weights: str | None, seed: int) -> "Frozen":
        """A network with the weights of a file, as Keras offers them without classes; None: of chance.

        Raises:
            InputError: if there is no such file, or its weights are another network's.
        """
        import keras

        keras.utils.set_random_seed(seed)
        frozen = cls(name, size)
        if weights is None:
            print(f"{name}: weights of chance; --encoder-weights takes a file", flush=True)
            return frozen
        if not Path(weights).is_file():
            raise InputError(
                f"--encoder-weights {weights}: no such file; expected the weights of {name} without classes "
                "(`notop`), which Keras offers for download"
            )
        try:
            frozen.network.load_weights(weights)
        except Exception as error:  # Keras and h5py raise of every kind
            reason = " ".join(str(error).split())[:200]
            raise InputError(
                f"--encoder-weights {weights}: expected weights of {name}: {reason}"
            ) from None
        return frozen

    @classmethod
    def load(cls, folder: Any) -> "Frozen":
        """What `save` wrote.

        Args:
            folder: an artifact; its `path(name)` is a file's path.

        Raises:
            InputError: if the files are damaged.
        """
        path = folder.path(ABOUT)
        about = read_json(path)
        known = isinstance(about, dict) and about.get("name") in MODULES
        if not known or type(about.get("size")) is not int or about["size"] > 4096:
            raise InputError(f"{path}: expected name, one of {sorted(MODULES)}, and size")
        frozen = cls(about["name"], about["size"])
        frozen._put(folder.path(WEIGHTS))
        return frozen

    def _put(self, path: Path) -> None:
        """Set the weights of a file of numbers, one weight after another."""
        try:
            numbers = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: expected numbers: {error}") from None
        shapes = [weight.shape for weight in self.network.get_weights()]
        sizes = [int(np.prod(shape)) for shape in shapes]
        if numbers.shape != (sum(sizes),) or not np.isfinite(numbers).all():
            raise InputError(f"{path}: expected {sum(sizes):,} finite numbers")
        parts = np.split(numbers, np.cumsum(sizes)[:-1])
        self.network.set_weights(
            [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        )

    def save(self, folder: Path) -> str:
        """Write name and weights; the hash of these, by which features are kept."""
        weights = [each.ravel() for each in self.network.get_weights()]
        np.save(folder / WEIGHTS, np.concatenate(weights).astype(np.float32))
        about = {"name": self.name, "size": self.size}
        found = sha256(folder / WEIGHTS)
        write_json(folder / ABOUT, {**about, "features": self.features, "sha256": found})
        return found

    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Features of pictures, uint8 (size, size, 3) each: float32 (batch, positions, features)."""
        found = []
        for first in range(0, len(pictures), ROWS):
            some = np.stack(pictures[first : first + ROWS]).astype(np.float32)
            given = {self._given: self._module.preprocess_input(some)}
            (maps,) = self._running.run(given).values()
            # (batch, rows, columns, features) -> (batch, rows * columns, features)
            found.append(maps.reshape(len(maps), -1, maps.shape[-1]))
        return np.concatenate(found)


def kept(folder: Path, part: str) -> Path:
    """Where features of a part are kept, by the hash of the encoder."""
    return folder / f"{part}-{read_json(folder / ABOUT)['sha256'][:12]}.npy"


def keep(folder: Path, part: str, frozen: Frozen, pictures: np.ndarray) -> None:
    """Write the features of a part's pictures, float32 (pictures, positions, features)."""
    first = frozen(list(pictures[:1]))
    found = np.lib.format.open_memmap(
        kept(folder, part), "w+", np.float32, (len(pictures), *first.shape[1:])
    )
    for begin in range(0, len(pictures), ROWS):
        found[begin : begin + ROWS] = frozen(list(pictures[begin : begin + ROWS]))
    found.flush()


def stacked(features: Sequence[np.ndarray]) -> np.ndarray:
    """Kept features, float32 (positions, features) each: (batch, positions, features)."""
    return np.stack(features)
