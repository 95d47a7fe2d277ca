"""Run an exported network in plain Keras: `pip install keras tensorflow`."""

import keras


class Network:
    """The network NAME of a folder; `run` takes and gives a dictionary of arrays."""

    length = None  # batch and time are open

    def __init__(self, folder, name):
        self.model = keras.saving.load_model(folder / f"{name}.keras", compile=False)
        self.inputs = [each.name for each in self.model.inputs]

    def run(self, given):
        given = {name: given[name] for name in self.inputs}
        named = isinstance(self.model.input, dict)
        arrays = given if named else list(given.values()) if len(given) > 1 else given[self.inputs[0]]
        outputs = self.model.predict_on_batch(arrays)
        if not isinstance(outputs, dict):
            outputs = {self.model.layers[-1].name: outputs}
        renamed = {f"next_{name}" if name in self.inputs else name: outputs[name] for name in outputs}
        return {name: keras.ops.convert_to_numpy(value) for name, value in renamed.items()}
