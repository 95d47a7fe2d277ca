"""Run an exported network in plain Keras: `pip install keras tensorflow`."""

import importlib
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


class Network:
    """A network of the folder, on arrays by the names of its inputs; batch and time are open.

    Args:
        folder: of the export.
        name: of the network.

    Raises:
        ImportError: if its layers need a package that is not installed.
    """

    length = None  # steps of a row at most

    def __init__(self, folder: Path, name: str):
        needed(folder, name)
        self.model = keras.saving.load_model(folder / f"{name}.keras", compile=False)
        self.inputs = [each.name for each in self.model.inputs]
        specs = {
            each.name: tf.TensorSpec(each.shape, each.dtype) for each in self.model.inputs
        }
        # One graph for all shapes: Keras' own `predict` makes one for each of many.
        self.function = tf.function(self.outputs, input_signature=[specs])

    def outputs(self, given: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The network's outputs by name; those that an input is called as are `next_NAME`."""
        arrays = [given[name] for name in self.inputs]
        if isinstance(self.model.input, dict):
            arrays = [given]
        outputs = self.model(arrays if len(arrays) > 1 else arrays[0], training=False)
        if not isinstance(outputs, dict):
            outputs = {self.model.layers[-1].name: outputs}
        return {
            f"next_{name}" if name in given else name: value
            for name, value in outputs.items()
        }

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, for inputs by name, (rows, ...) each; see `signature.json`."""
        outputs = self.function({name: given[name] for name in self.inputs})
        return {name: value.numpy() for name, value in outputs.items()}


def needed(folder: Path, name: str) -> None:
    """Import the module with a network's layers, if Keras itself has them not.

    Raises:
        ImportError: naming the package to install.
    """
    needs = json.loads((folder / "signature.json").read_text("utf-8"))[name].get("needs")
    if needs is None:
        return
    module = needs.removeprefix("import ")
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        message = f"{name}.keras: its layers are not all Keras' own; `{needs}` has them: "
        message += f"pip install {module.partition('.')[0]}"
        raise ImportError(message) from error
