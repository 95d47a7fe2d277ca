"""The best translation by the search in the SavedModel's graph, a beam or greedy as the model was set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from runtime import Network

PAD, UNKNOWN, START, END = range(4)


class Search:
    """The exported search.

    Args:
        folder: of the export.
        text: its `text.json`.
    """

    def __init__(self, folder: Path, text: dict[str, Any]):
        self.model, self.ratio = Network(folder, "model"), text["length_ratio"]
        self.encoder, self.step = Network(folder, "encoder"), Network(folder, "step")

    def best(self, ids: Sequence[int]) -> tuple[float, list[int], list[np.ndarray]]:
        """The best translation.

        Args:
            ids: of the source, `</s>` at the end.

        Returns:
            Its score, its ids without `</s>`, and, if one is unknown, what each attended to, as `looks` says.
        """
        limit = np.array([int(2 * self.ratio * len(ids)) + 10], np.int32)
        outputs = self.model.run({"source": np.array([ids], np.int32), "max_length": limit})
        # tokens (batch, n_best, time); lengths and scores (batch, n_best)
        length = outputs["lengths"][0, 0] - 1  # without </s>
        chosen = outputs["tokens"][0, 0, :length].tolist()
        looks = self.looks(ids, chosen) if UNKNOWN in chosen else []
        return outputs["scores"][0, 0], chosen, looks

    def looks(self, ids: Sequence[int], chosen: Sequence[int]) -> list[np.ndarray]:
        """What each id of a translation and its `</s>` attended to, float (source time,) each.

        Without attention there is none: the list is empty.
        """
        state = self.encoder.run({"source": np.array([ids], np.int32)})
        looks = []
        for id in [START, *chosen]:
            outputs = self.step.run({"token": np.array([[id]], np.int32), **state})
            if "alignments" not in outputs:
                return []
            looks.append(outputs["alignments"][0])
            state = {
                name: outputs.get(f"next_{name}", value) for name, value in state.items()
            }
        return looks
