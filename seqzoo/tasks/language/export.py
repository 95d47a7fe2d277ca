"""What an exported language model needs beside its network."""

from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A language model's export: a network with states in and out."""

    SIDE_FILES = ("vocabulary.txt",)
    LENGTHS = (1,)
    LONGEST = (
        60  # its reader hands the text on piece by piece, whatever the network's length
    )

    def text(self) -> dict:
        """The sizes of its states."""
        predictor = self.predictor
        sizes = {
            name: int(predictor.model.input[name].shape[-1])
            for name in predictor.reading.names
        }
        return {"states": sizes}

    def difference(self, ours: dict, theirs: dict) -> float | None:
        """Of the log-probabilities, a token."""
        return abs(ours["log_prob"] - theirs["log_prob"]) / len(ours["tokens"])
