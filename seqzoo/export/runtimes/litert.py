"""Run an exported network in LiteRT, a row at a time: `pip install ai-edge-litert numpy`."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class Network:
    """The network NAME of a folder, a file for each length; `run` takes and gives a dictionary of arrays.

    Inputs are padded to the least length that holds them.
    """

    def __init__(self, folder, name):
        files = sorted(
            folder.glob(f"{name}-*.tflite"),
            key=lambda path: int(path.stem.rpartition("-")[2]),
        )
        self.runners = {}
        for path in files:
            interpreter = Interpreter(str(path))
            self.runners[int(path.stem.rpartition("-")[2])] = (
                interpreter.get_signature_runner(),
                interpreter,
            )
        self.length = max(self.runners)

    def run(self, given):
        used = max(
            array.shape[1]
            for array in given.values()
            if array.dtype != np.float32 or array.ndim == 3
        )
        length = next((each for each in self.runners if each >= used), None)
        if length is None:
            raise ValueError(
                f"expected at most {self.length} tokens, the longest exported; got {used}"
            )
        runner = self.runners[length][0]
        shapes = {
            name: about["shape"] for name, about in runner.get_input_details().items()
        }
        rows = []
        for row in range(len(next(iter(given.values())))):
            one = {
                name: _padded(given[name][row : row + 1], shape)
                for name, shape in shapes.items()
            }
            rows.append(runner(**one))
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _padded(array, shape):
    return np.pad(
        array, [(0, size - own) for own, size in zip(array.shape, shape, strict=True)]
    )
