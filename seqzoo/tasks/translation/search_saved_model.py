"""The best translation by the search in the SavedModel's graph, a beam or greedy as the model was set."""

import numpy as np
from runtime import Network

PAD, UNKNOWN, START, END = range(4)


class Search:
    def __init__(self, folder, text):
        self.model, self.ratio = Network(folder, "model"), text["length_ratio"]
        self.encoder, self.step = Network(folder, "encoder"), Network(folder, "step")

    def best(self, ids):
        """Score, ids, and, where one is unknown, the attention of each step."""
        limit = np.array([int(2 * self.ratio * len(ids)) + 10], np.int32)
        found = self.model.run({"source": np.array([ids], np.int32), "max_length": limit})
        chosen = found["tokens"][0, 0, : found["lengths"][0, 0] - 1].tolist()
        return (
            found["scores"][0, 0],
            chosen,
            self.looks(ids, chosen) if UNKNOWN in chosen else [],
        )

    def looks(self, ids, chosen):
        """What each step attended to, when it is given the translation."""
        state, looks = self.encoder.run({"source": np.array([ids], np.int32)}), []
        for id in [START, *chosen]:
            outputs = self.step.run({"token": np.array([[id]], np.int32), **state})
            if "alignments" not in outputs:
                return []
            looks.append(outputs["alignments"][0])
            state = {
                name: outputs.get(f"next_{name}", value) for name, value in state.items()
            }
        return looks
