"""Run an exported network in ONNX Runtime: `pip install onnxruntime numpy`."""

import onnxruntime


class Network:
    """The network NAME of a folder; `run` takes and gives a dictionary of arrays."""

    length = None  # batch and time are open

    def __init__(self, folder, name):
        self.session = onnxruntime.InferenceSession(folder / f"{name}.onnx")
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def run(self, given):
        given = {name: given[name] for name in self.inputs}
        return dict(zip(self.outputs, self.session.run(self.outputs, given), strict=True))
