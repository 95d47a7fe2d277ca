"""What an exported classifier of trees needs beside its network."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.trees.coding import LABELS, VOCABULARY

MOST_CHILDREN = 16  # where a graph must know how many


class Export(TaskExport):
    """The export of a classifier of trees: a network of one node a row."""

    SIDE_FILES = (VOCABULARY, LABELS)
    BESIDE = ("texts",)
    LENGTHS = (MOST_CHILDREN,)
    LONGEST = 24  # nodes of a made tree
    PROOF = 200

    def text(self) -> dict[str, Any]:
        """`unit`, of texts without a tree, and `size`, of a state."""
        return {"unit": "word", "size": self.predictor.network().outputs["state"]}

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of a probability; None: another label."""
        if ours["label"] != theirs["label"] or ours["tree"] != theirs["tree"]:
            return None
        there = theirs["probabilities"]
        return max(abs(p - there[name]) for name, p in ours["probabilities"].items())

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(list(texts))
