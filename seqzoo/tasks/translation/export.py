"""What an exported translator needs beside its networks."""

from pathlib import Path

from seqzoo.export.saved_model import files_in, quiet, write
from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A translator's export; as a SavedModel there is one more graph, with the search in it."""

    SIDE_FILES = ("source.model", "target.model", "subwords.model")
    LENGTHS = (16, 64)
    PACKAGES = ("sentencepiece",)

    def in_graph(self, format: str) -> bool:
        """Whether a graph has the search."""
        return format == "saved_model"

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """The reader, and the search in NumPy or the one that runs the graph's."""
        return {
            "reader": "reader",
            "search": "search_saved_model" if in_graph else "search_networks",
        }

    def write_graph(self, folder: Path, name: str, network) -> list[Path]:
        """Encoder and step as they are."""
        return write(folder, name, network, ())

    def write_more(self, folder: Path) -> list[Path]:
        """The search; see `Translator.export`."""
        with quiet():
            self.predictor.export(folder / "model")
        return files_in(folder / "model")

    def difference(self, ours: dict, theirs: dict) -> float | None:
        """Of the scores; None: another translation."""
        same = ours["translation"] == theirs["translation"]
        return abs(ours["score"] - theirs["score"]) if same else None
