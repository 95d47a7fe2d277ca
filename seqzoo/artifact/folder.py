"""A trained model as a folder, read: every file is checked before it is parsed.

The folder holds `model.keras` (a translator: `encoder.keras` and `step.keras`), beside each the graph that
the engine runs (`model.onnx`, which takes its weights from `model.keras`), what the task needs for
text (`vocabulary.txt`, `labels.txt`), `config.json`, `metrics.json`, `history.csv`, pictures, a model card
`README.md`, and `manifest.json` with the SHA-256 of each of these; see `seqzoo.artifact.manifest`.
"""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqzoo.artifact.manifest import MANIFEST, checked_names, file
from seqzoo.engine import GraphFile, Network
from seqzoo.errors import InputError
from seqzoo.system.files import read_json

if TYPE_CHECKING:
    import keras

CONFIG = {
    "recipe": str,
    "task": str,
    "description": str,
    "text": dict,
    "config": dict,
    "model": dict,
}  # keys of `config.json` -> Python's types of their values


class Artifact:
    """An artifact to read from: every file that its manifest lists is there and as it was written.

    The manifest is parsed before the files are checked, the rest after. Unlisted files are never read.

    Args:
        folder: where the artifact is.
        name: what the user calls it; None: as the folder.

    Attributes:
        folder, name: the same.
        names: the names of its files.

    Raises:
        InputError: if there is no artifact, or a file is missing, not plain, too large or changed.
    """

    def __init__(self, folder: Path, name: str | None = None):
        self.folder = folder
        self.name = folder.name if name is None else name
        self.names = checked_names(folder)

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """The content of `config.json`.

        Raises:
            InputError: if a key is missing, or its value is of another type.
        """
        path = self.path("config.json")
        config = read_json(path)
        for key, kind in CONFIG.items():
            if not isinstance(config, dict) or not isinstance(config.get(key), kind):
                raise InputError(
                    f'{path}: expected "{key}", a JSON value of Python\'s type {kind.__name__}'
                )
        return config

    def path(self, name: str) -> Path:
        """Where one of its files is.

        Raises:
            InputError: if the manifest does not list it.
        """
        if name not in self.names:
            raise InputError(f"{self.folder}: expected {name}; its {MANIFEST} lists none")
        return file(self.folder, name)

    @property
    def graphs(self) -> list[str]:
        """The names of the networks that the engine runs; none: the model runs on Keras."""
        return sorted(
            name.removesuffix(".onnx") for name in self.names if name.endswith(".onnx")
        )

    def network(self, name: str, inner: int | None = None) -> Network:
        """One of `graphs`, ready to run.

        Args:
            name: of the graph.
            inner: threads of one run; see `Network`.

        Raises:
            InputError: if there is none of that name, or its files are refused.
        """
        path = self.path(f"{name}.onnx")
        saved = self.path(f"{name}.keras")
        try:
            graph = GraphFile.parse(path.read_bytes())
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        if graph.placed:
            return Network(graph, saved.read_bytes(), saved.name, str(path), inner)
        # An older graph does not say at which places its weights are; HDF5 knows it by their names.
        from seqzoo.artifact import weights

        return Network(graph, weights.arrays(saved), saved.name, str(path), inner)

    def load(self) -> "tuple[keras.Model, dict[str, keras.Model]]":
        """The model and its networks in Keras; see `seqzoo.artifact.live.load`."""
        from seqzoo.artifact import live

        return live.load(self)
