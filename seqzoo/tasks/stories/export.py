"""What an exported memory network needs beside its network."""

from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.stories.text import ANSWERS, WORDS


class Export(TaskExport):
    """A memory network's export."""

    SIDE_FILES = (WORDS, ANSWERS)
    LONGEST = 12

    def text(self) -> dict[str, Any]:
        """`memory_size`: sentences that are read."""
        return {"memory_size": self.predictor.memory_size}

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the shares; None: another answer."""
        if ours["answer"] != theirs["answer"]:
            return None
        return abs(ours["prob"] - theirs["prob"])
