"""What an exported captioner needs beside its networks."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from seqzoo.errors import InputError
from seqzoo.export.task import TaskExport
from seqzoo.tasks.captions.text import FILE


class Export(TaskExport):
    """A captioner's export: encoder and step, and a search by a beam in NumPy."""

    SIDE_FILES = (FILE,)
    LENGTHS = (1,)
    LONGEST = 8
    BESIDE = ("beam",)
    SHARED: ClassVar[Mapping[str, str]] = {"pixels": "seqzoo.datasets.pictures.pixels"}
    PACKAGES = ("pillow",)

    def __init__(self, predictor: Any):
        super().__init__(predictor)
        if predictor.frozen is not None:
            raise InputError(
                f"a captioner whose pictures {predictor.frozen.name} sees has no export; expected one "
                "trained with --encoder convolution"
            )

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's captions that the export must give too."""
        return self.predictor.predict(list(texts), alignments=False, n_best=1)

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the scores; None: another caption."""
        if ours["caption"] != theirs["caption"]:
            return None
        return abs(ours["score"] - theirs["score"])
