"""What an exported translator needs beside its networks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from seqzoo.export.saved_model import files_in, quiet, write
from seqzoo.export.task import TaskExport


class Export(TaskExport):
    """A translator's export; as a SavedModel there is one more graph, with the search in it."""

    SIDE_FILES = ("source.model", "target.model", "subwords.model")
    LENGTHS = (16, 64)
    BESIDE = ("beam",)
    PACKAGES = ("sentencepiece",)

    def in_graph(self, format: str) -> bool:
        """Whether a graph has the search."""
        return format == "saved_model"

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """The reader, and the search: in NumPy, or by running the graph's."""
        return {
            "reader": "reader",
            "search": "search_saved_model" if in_graph else "search_networks",
        }

    def write_graph(self, folder: Path, name: str, network: keras.Model) -> list[Path]:
        """Write encoder or step as it is, and return its files."""
        return write(folder, name, network, ())

    def write_more(self, folder: Path) -> list[Path]:
        """Write encoder and search as one graph, `model`, and return its files; see `Translator.export`."""
        with quiet():
            self.predictor.export(folder / "model", **self._beam())
        return files_in(folder / "model")

    def expected(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The model's translations of texts as a whole, by a beam: a reader cuts no sentences, nor draws."""
        given = self._beam()
        if hasattr(self.predictor.options(), "split_sentences"):
            given["split_sentences"] = False
        return self.predictor.predict(texts, **given)

    def _beam(self) -> dict[str, Any]:
        """The search that an export has: the model's beam, without anything else."""
        measured = self.predictor.measured_search
        return {
            "beam_size": measured.beam_size,
            "length_penalty": measured.length_penalty,
            "min_length": 0,
            "no_repeat_ngram": 0,
            "repetition_penalty": 1.0,
        }

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The difference of the scores; None: another translation."""
        name = self.predictor.ANSWER
        same = ours[name] == theirs[name]
        return abs(ours["score"] - theirs["score"]) if same else None
