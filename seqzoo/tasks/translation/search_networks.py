"""The best translation by a beam, in NumPy, one step of the decoder at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from beam import Beam


class Search:
    """A beam search like the model's own.

    Args:
        folder: of the export.
        text: its `text.json`.
    """

    def __init__(self, folder: Path, text: dict[str, Any]):
        search = text["search"]
        self.beam = Beam(folder, search["beam_size"], search["length_penalty"])
        self.ratio = text["length_ratio"]

    def best(self, ids: Sequence[int]) -> tuple[float, list[int], list[np.ndarray]]:
        """The best translation; see `Beam.best`.

        Args:
            ids: of the source, `</s>` at the end.
        """
        limit = int(2 * self.ratio * len(ids)) + 10
        return self.beam.best({"source": np.array([ids], np.int32)}, limit)
