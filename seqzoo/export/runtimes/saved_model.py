"""Run an exported network in TensorFlow: `pip install tensorflow`."""

from pathlib import Path

import numpy as np
import tensorflow as tf


class Network:
    """A network of the folder, on arrays by the names of its inputs; batch and time are open.

    Args:
        folder: of the export.
        name: of the network.
    """

    length = None  # steps of a row at most

    def __init__(self, folder: Path, name: str):
        self.loaded = tf.saved_model.load(str(folder / name))  # its function dies with it
        self.function = self.loaded.signatures["serving_default"]
        self.inputs = list(self.function.structured_input_signature[1])

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, for inputs by name, (rows, ...) each; see `signature.json`."""
        outputs = self.function(**{name: tf.constant(given[name]) for name in self.inputs})
        return {name: value.numpy() for name, value in outputs.items()}

    def tags(self, text: str) -> list[str]:
        """The tag of each character of a text, of a graph that takes text."""
        outputs = self.function(text=tf.constant([text]))
        return [tag.decode() for tag in outputs["tags"].numpy()[0]]
