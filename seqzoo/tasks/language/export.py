"""What an exported language model needs beside its network."""

from typing import Any

from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A language model's export: a network with states in and out."""

    SIDE_FILES = ("vocabulary.txt",)
    LENGTHS = (1,)
    # The reader hands a text on piece by piece, whatever the network's length.
    LONGEST = 60

    def text(self) -> dict[str, Any]:
        """`states`: name -> size of a row of it."""
        return {"states": self.predictor.reading.sizes}

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the log-probabilities, in nats a token."""
        return abs(ours["log_prob"] - theirs["log_prob"]) / len(ours["tokens"])
