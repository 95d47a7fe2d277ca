"""Trained models in Keras: those without a graph for the engine, and what is looked at or exported."""

from seqzoo.artifact import Artifact
from seqzoo.artifact.manifest import FORMAT
from seqzoo.errors import InputError
from seqzoo.plugins import log
from seqzoo.system.forks import check_not_forked
from seqzoo.system.tensorflow_start import start_tensorflow


def load(artifact: Artifact) -> tuple:
    """A model and its networks; see `Artifact.load`.

    Raises:
        InputError: if Keras is not on TensorFlow, the artifact's files are refused, or the process was
            forked from one that had used TensorFlow.
    """
    check_not_forked()
    start_tensorflow()
    import keras

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            f"expected Keras on TensorFlow; it is on {keras.backend.backend()}"
        )
    return artifact.load()


def tell(artifact: Artifact) -> None:
    """Log how a model of an earlier format becomes one that answers without TensorFlow."""
    if artifact.config.get("format") != FORMAT:
        log.warning(
            "%s: an artifact of an earlier format, which TensorFlow has to run; "
            "seqzoo pack %s NEW makes one that answers without",
            artifact.folder,
            artifact.folder,
        )
