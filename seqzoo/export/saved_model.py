"""Networks as TensorFlow SavedModels, and the silence that TensorFlow's converters need."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from seqzoo.models.networks import called
from seqzoo.system import error_stream

if TYPE_CHECKING:
    import tensorflow as tf


def write(
    folder: Path, name: str, network: keras.Model, lengths: Sequence[int]
) -> list[Path]:
    """Write a network as a SavedModel with the signature `serving_default`, and return its files.

    Args:
        folder: gets a folder of the network's name.
        name: of the network.
        network: to write; batch and length stay open.
        lengths: none; other formats need them.
    """
    import tensorflow as tf

    module = tf.Module()
    module.network = network
    specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
    function = tf.function(lambda **given: called(network, given))
    concrete = function.get_concrete_function(**specs)
    return saved(folder / name, module, {"serving_default": concrete})


def saved(folder: Path, module: "tf.Module", signatures: Mapping[str, Any]) -> list[Path]:
    """Save a `tf.Module` with its signatures (name -> concrete function), and return the files."""
    import tensorflow as tf

    with quiet():
        tf.saved_model.save(module, str(folder), signatures)
    return files_in(folder)


def files_in(folder: Path) -> list[Path]:
    """All files in a folder and in the folders below it, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Inside, nothing reaches standard error: the converters write pages there, past Python."""
    if not error_stream.is_open():
        yield
        return
    with open(os.devnull, "wb") as nowhere, error_stream.redirected(nowhere.fileno()):
        yield
