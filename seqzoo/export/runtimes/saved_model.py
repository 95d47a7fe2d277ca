"""Run an exported network in TensorFlow: `pip install tensorflow`."""

import tensorflow as tf


class Network:
    """The network NAME of a folder; `run` takes and gives a dictionary of arrays."""

    length = None  # batch and time are open

    def __init__(self, folder, name):
        self.loaded = tf.saved_model.load(
            str(folder / name)
        )  # kept: its function dies with it
        self.function = self.loaded.signatures["serving_default"]
        self.inputs = list(self.function.structured_input_signature[1])

    def run(self, given):
        outputs = self.function(**{name: tf.constant(given[name]) for name in self.inputs})
        return {name: value.numpy() for name, value in outputs.items()}

    def tags(self, text):
        """Of a graph that takes text: the tag of each character."""
        found = self.loaded.signatures["serving_default"](text=tf.constant([text]))
        return [tag.decode() for tag in found["tags"].numpy()[0]]
