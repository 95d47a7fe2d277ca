"""Run an exported network in ONNX Runtime: `pip install onnxruntime numpy`."""

from pathlib import Path

import numpy as np
import onnxruntime


class Network:
    """A network of the folder, on arrays by the names of its inputs; batch and time are open.

    Args:
        folder: of the export.
        name: of the network.
    """

    length = None  # steps of a row at most

    def __init__(self, folder: Path, name: str):
        self.session = onnxruntime.InferenceSession(folder / f"{name}.onnx")
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, for inputs by name, (rows, ...) each; see `signature.json`."""
        given = {name: given[name] for name in self.inputs}
        return dict(zip(self.outputs, self.session.run(self.outputs, given), strict=True))
