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
        # A graph that takes text has its network beside.
        name = "ids" if "ids" in self.loaded.signatures else "serving_default"
        self.function = self.loaded.signatures[name]
        self.inputs = list(self.function.structured_input_signature[1])

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, for inputs by name, (rows, ...) each; see `signature.json`."""
        outputs = self.function(**{name: tf.constant(given[name]) for name in self.inputs})
        return {name: value.numpy() for name, value in outputs.items()}
