"""What an exported regressor needs beside its network."""

from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A regressor's export."""

    SIDE_FILES = ("vocabulary.txt",)
    LENGTHS = (32, 128, 512)
    BESIDE = ("texts",)

    def difference(self, ours: dict, theirs: dict) -> float | None:
        """Of the numbers, in standard deviations of the training numbers."""
        return abs(ours["value"] - theirs["value"]) / self.predictor.scale.deviation
