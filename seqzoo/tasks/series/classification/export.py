"""What an exported series classifier needs beside its network."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.series.classification.data import LABELS, SCALER


class Export(TaskExport):
    """A series classifier's export."""

    SIDE_FILES = (SCALER, LABELS)
    BESIDE = ("series",)

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(list(texts))

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of a probability; None: another label."""
        apart = [0.0]
        pairs = zip(ours.get("series", [ours]), theirs.get("series", [theirs]), strict=True)
        for one, other in pairs:
            if one.get("id") != other.get("id") or one["label"] != other["label"]:
                return None
            there = other["probabilities"]
            apart += [abs(p - there[name]) for name, p in one["probabilities"].items()]
        return max(apart)
