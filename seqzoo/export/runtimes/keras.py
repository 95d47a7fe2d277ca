"""Run an exported network in plain Keras: `pip install keras tensorflow`."""

import importlib
import json

import keras
import tensorflow as tf


class Network:
    """The network NAME of a folder; `run` takes and gives a dictionary of arrays."""

    length = None  # batch and time are open

    def __init__(self, folder, name):
        needed(folder, name)
        self.model = keras.saving.load_model(folder / f"{name}.keras", compile=False)
        self.inputs = [each.name for each in self.model.inputs]
        specs = {
            each.name: tf.TensorSpec(each.shape, each.dtype) for each in self.model.inputs
        }
        # One graph for all shapes: Keras' own `predict` makes one for each of many.
        self.function = tf.function(self.outputs, input_signature=[specs])

    def outputs(self, given):
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

    def run(self, given):
        outputs = self.function({name: given[name] for name in self.inputs})
        return {name: value.numpy() for name, value in outputs.items()}


def needed(folder, name):
    """Import what has the network's layers, where Keras itself has them not."""
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
