"""What an exported regressor needs beside its network."""

from typing import Any

from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A regressor's export."""

    SIDE_FILES = ("vocabulary.txt",)
    LENGTHS = (32, 128, 512)
    BESIDE = ("texts",)

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the numbers, in standard deviations of the training numbers."""
        return abs(ours["value"] - theirs["value"]) / self.predictor.scale.deviation
