"""Networks as TensorFlow SavedModels, and the silence that TensorFlow's converters need."""

import contextlib
import os
import sys
from pathlib import Path

from seqzoo.export.networks import called


def write(folder: Path, name: str, network, lengths) -> list[Path]:
    """A network as a SavedModel with the signature `serving_default`; returns its files."""
    import tensorflow as tf

    module = tf.Module()
    module.network = network
    specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
    function = tf.function(lambda **given: called(network, given)).get_concrete_function(
        **specs
    )
    return saved(folder / name, module, {"serving_default": function})


def saved(folder: Path, module, signatures: dict) -> list[Path]:
    """Save a `tf.Module` with its signatures; returns the files."""
    import tensorflow as tf

    with quiet():
        tf.saved_model.save(module, str(folder), signatures)
    return files_in(folder)


def files_in(folder: Path) -> list[Path]:
    """All files in a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def quiet():
    """Without the pages that the converters, not Python, write."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
