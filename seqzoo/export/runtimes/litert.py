"""Run an exported network in LiteRT, a row at a time: `pip install ai-edge-litert numpy`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class Network:
    """A network of the folder, on arrays by the names of its inputs.

    There is a file for each length, and inputs are padded to the least length that holds them.

    Args:
        folder: of the export.
        name: of the network.
    """

    def __init__(self, folder: Path, name: str):
        files = {
            int(path.stem.rpartition("-")[2]): path
            for path in folder.glob(f"{name}-*.tflite")
        }
        self.runners: dict[int, Any] = {}  # length -> runner
        self._interpreters = []  # kept: a runner dies with its own
        for length, path in sorted(files.items()):
            interpreter = Interpreter(str(path))
            self.runners[length] = interpreter.get_signature_runner()
            self._interpreters.append(interpreter)
        self.length = max(self.runners)  # steps of a row at most
        self._shapes = {length: _shapes(runner) for length, runner in self.runners.items()}

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, for inputs by name, (rows, ...) each; see `signature.json`.

        Raises:
            ValueError: if a row has more steps than the longest exported network.
        """
        length = self._fitting(given)
        runner, shapes = self.runners[length], self._shapes[length]
        count = len(next(iter(given.values())))
        rows = []
        for row in range(count):
            one = {
                name: _padded(given[name][row : row + 1], shape)
                for name, shape in shapes.items()
            }
            rows.append(runner(**one))
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def _fitting(self, given: dict[str, np.ndarray]) -> int:
        """The length of the least network that holds the rows."""
        for length, shapes in self._shapes.items():
            if all(_holds(shape, given[name]) for name, shape in shapes.items()):
                return length
        steps = max(array.shape[1] for array in given.values() if array.ndim > 1)
        raise ValueError(
            f"expected at most {self.length} steps, the longest exported; got {steps}"
        )


def _shapes(runner: Any) -> dict[str, Sequence[int]]:
    """The shape of each input."""
    return {name: about["shape"] for name, about in runner.get_input_details().items()}


def _holds(shape: Sequence[int], array: np.ndarray) -> bool:
    """Whether a shape of one row is as large as each row of an array, on every axis."""
    return all(own <= size for own, size in zip(array.shape[1:], shape[1:], strict=True))


def _padded(array: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """An array with zeros behind it on every axis, up to a shape."""
    widths = [(0, size - own) for own, size in zip(array.shape, shape, strict=True)]
    return np.pad(array, widths)
