"""What `--plain` has no place for: how many inputs were unlike those the model was trained on."""

import sys
from typing import Any

SHOWN = 40  # characters of an unfamiliar text


class Unlike:
    """Counts the answers to unfamiliar inputs, for output that has no place to say so."""

    def __init__(self) -> None:
        self.answers = self.unfamiliar = 0
        self.first = ""

    def count(self, answer: dict[str, Any]) -> None:
        """Take an answer, or a record of an error, into account."""
        self.answers += 1
        if not answer.get("familiarity", {}).get("unfamiliar"):
            return
        self.unfamiliar += 1
        if self.unfamiliar == 1:
            self.first = str(answer.get("text", ""))[:SHOWN]

    def tell(self) -> None:
        """Print a line on standard error, if there were such inputs."""
        if self.unfamiliar:
            print(
                f"{self.unfamiliar:,} of {self.answers:,} texts are unlike those the model was trained on "
                f"(the first: {self.first!r}); do not rely on their answers",
                file=sys.stderr,
                flush=True,
            )
