"""An artifact's model in Keras: built by seqzoo's own builders, of the files its weights alone."""

from pathlib import Path

import keras
import numpy as np

from seqzoo import models
from seqzoo.artifact import weights
from seqzoo.artifact.folder import Artifact
from seqzoo.errors import InputError
from seqzoo.layers import to_stock
from seqzoo.system.files import read_json

MOST_NETWORKS = 2  # of one model


def load(artifact: Artifact) -> tuple[keras.Model, dict[str, keras.Model]]:
    """Build the model that `config.json` describes, with the weights of the `.keras` files.

    Returns:
        The model, and its networks by the names of their files.

    Raises:
        InputError: if `config.json` names no builder of seqzoo's, or the weights are another model's.
    """
    paths = [artifact.path(name) for name in artifact.names if name.endswith(".keras")]
    if len(paths) > MOST_NETWORKS:
        raise InputError(f"{artifact.folder}: {len(paths)} networks; expected two at most")

    # What an archive says of its size is only true once it has been unpacked.
    contents = {path: weights.floats(path) for path in paths}
    most = sum(map(len, contents.values())) // 2  # a parameter has two bytes or more
    model = models.rebuild(
        artifact.config["model"], str(artifact.path("config.json")), most
    )

    networks = models.parts(model)
    for name, network in networks.items():
        path = artifact.path(f"{name}.keras")
        _set_weights(network, path, contents[path])
    for name, put in models.beside(model).items():
        try:
            put(model, read_json(artifact.path(name)))
        except InputError as error:
            raise InputError(f"{artifact.path(name)}: {error}") from error
    return model, networks


def _set_weights(network: keras.Model, path: Path, content: bytes) -> None:
    """Give a network the weights of a file, which were saved from Keras' own layers."""
    stock = to_stock(network)
    weights.assign(path, content, stock)
    values = stock.get_weights()
    if not all(np.isfinite(value).all() for value in values):
        raise InputError(f"{path}: weights that are no finite numbers")
    network.set_weights(values)
