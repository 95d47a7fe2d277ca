"""What an exported handwriter needs beside its network."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.handwriting.text import FILE, TABLE

MOST_TOKENS = 48  # the longest of KanjiVG's characters has 41, and the end


class Export(TaskExport):
    """A handwriter's export: a network with states in and out."""

    SIDE_FILES = (FILE, TABLE)
    LONGEST = 20
    PROOF = 200  # the network takes one step at a time

    def lengths(self) -> Sequence[int]:
        """Tokens of a text, where the network reads one; else points of a step."""
        return (MOST_TOKENS,) if self.predictor.reads_text else (1,)

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
