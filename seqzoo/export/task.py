"""What an export asks of a task: side files, lengths, readers, and how far two answers are apart.

A task's `export.py` has a class `Export` of these.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras

from seqzoo.layers import to_stock


class TaskExport:
    """A trained model, as its task exports it.

    Args:
        predictor: the model, a `Predictor`.
    """

    # As `side_files` gives them, of every model of the task.
    SIDE_FILES: ClassVar[Sequence[str]] = ()
    # Tokens: lengths of LiteRT's networks, where the user names none.
    LENGTHS: ClassVar[Sequence[int]] = (16, 64)
    # Tokens of a made text; None: bounded by the lengths.
    LONGEST: ClassVar[int | None] = None
    # Made texts that the proof answers at most; None: as many as it makes of any task.
    PROOF: ClassVar[int | None] = None
    # Names of files of `export/runtimes` that the reader imports beside `lines`.
    BESIDE: ClassVar[Sequence[str]] = ()
    # Modules of seqzoo that the reader imports, none of which imports seqzoo: name in the export -> dotted
    # name.
    SHARED: ClassVar[Mapping[str, str]] = {}
    # Names of packages that the reader needs beside the runtime's.
    PACKAGES: ClassVar[Sequence[str]] = ()

    def __init__(self, predictor: Any):
        self.predictor = predictor

    def side_files(self, in_graph: bool) -> Sequence[str]:
        """Names of files of the artifact, which are copied if it has them."""
        return self.SIDE_FILES

    def lengths(self) -> Sequence[int]:
        """As `LENGTHS`, of this model."""
        return self.LENGTHS

    def packages(self) -> Sequence[str]:
        """As `PACKAGES`, of this model."""
        return self.PACKAGES

    def in_graph(self, format: str) -> bool:
        """Whether the graph does more than the network: takes raw inputs, say, or has a search."""
        return False

    def networks(self, whole: bool) -> dict[str, keras.Model]:
        """The networks to write, by name, of Keras' own layers where Keras has them.

        Args:
            whole: whether the format can carry all of the model, as a tagger's CRF.
        """
        return {
            name: to_stock(network) for name, network in self.predictor.networks.items()
        }

    def write_graph(self, folder: Path, name: str, network: keras.Model) -> list[Path]:
        """Write a network with what else is in the graph, and return its files. Called if `in_graph`."""
        raise NotImplementedError

    def write_more(self, folder: Path) -> list[Path]:
        """Write what a graph needs beside its networks, and return the files. Called if `in_graph`."""
        return []

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """Files of the task's folder to copy: name in the export -> name here, both without `.py`."""
        return {"reader": "reader"}

    def options(self) -> Sequence[tuple[str, str, Sequence[str]]]:
        """Options of the reader's `predict` that a command has flags for: name, help, choices or none.

        A reader with such has `options(**given)`, which checks them.
        """
        return ()

    def runtime(self, in_graph: bool) -> bool:
        """Whether the reader needs the format's `runtime.py`."""
        return True

    def text(self) -> dict[str, Any]:
        """Values for JSON that the reader must know beside the settings of the inputs, for `text.json`."""
        return {}

    def note(self) -> str:
        """What the card says of the networks' files alone; empty: nothing."""
        return ""

    def expected(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(texts)

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """How far the numbers of two answers are apart; None: they differ in more than numbers."""
        raise NotImplementedError
