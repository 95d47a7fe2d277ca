"""What an exported handwriter needs beside its network."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.handwriting.text import FILE, TABLE


class Export(TaskExport):
    """A handwriter's export: a network with states in and out."""

    SIDE_FILES = (FILE, TABLE)
    LENGTHS = (1,)
    LONGEST = 20
    PROOF = 200  # the network takes one step at a time

    def text(self) -> dict[str, Any]:
        """`states`: name -> size of a row of it."""
        return {"states": self.predictor.inference.states}

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(list(texts))

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the log-likelihoods, in nats a point."""
        if ours["points"] != theirs["points"]:
            return None
        return abs(ours["log_prob"] - theirs["log_prob"]) / ours["points"]
