"""What an exported recognizer needs beside its network."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from seqzoo.export.task import TaskExport
from seqzoo.tasks.speech.symbols import FILE


class Export(TaskExport):
    """A recognizer's export. The answer is the likeliest symbol of each step: a search stays here."""

    SIDE_FILES = (FILE,)
    LENGTHS = (500, 1500)
    LONGEST = 40
    SHARED: ClassVar[Mapping[str, str]] = {
        "front_end": "seqzoo.datasets.audio.front_end",
        "pauses": "seqzoo.datasets.audio.pauses",
        "ctc": "seqzoo.decoding.ctc",
    }

    def text(self) -> dict[str, Any]:
        """Frames of a step, and the states that the network carries, by their sizes."""
        return {
            "stack": self.predictor.stack,
            "states": self.predictor.inference.states,
        }

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too: the likeliest symbols."""
        return self.predictor.predict(list(texts), beam_size=1, posteriors=False)

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of a confidence; None: other words, or other times."""
        if ours["transcript"] != theirs["transcript"]:
            return None
        apart = [0.0]
        for one, other in zip(ours["words"], theirs["words"], strict=True):
            if any(one[name] != other[name] for name in ("word", "start", "end")):
                return None
            apart.append(abs(one["confidence"] - other["confidence"]))
        return max(apart)
