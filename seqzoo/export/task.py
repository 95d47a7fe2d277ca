"""What an export asks of a task: side files, lengths, readers, and how far two answers are apart.

A task's `export.py` has a class `Export` of these.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from seqzoo.layers import to_stock


class TaskExport:
    """A trained model, as its task exports it.

    Args:
        predictor: the model, a `Predictor`.
    """

    SIDE_FILES: ClassVar[Sequence[str]] = ()  # of the artifact, copied where it has them
    LENGTHS: ClassVar[Sequence[int]] = (
        16,
        64,
    )  # of LiteRT's networks, where the user names none
    LONGEST: ClassVar[int | None] = (
        None  # steps of a made input; None: bounded by the lengths
    )
    BESIDE: ClassVar[
        Sequence[str]
    ] = ()  # files of `export/runtimes` that the reader imports beside `lines`
    PACKAGES: ClassVar[Sequence[str]] = ()  # that the reader needs beside the runtime's

    def __init__(self, predictor: Any):
        self.predictor = predictor

    def in_graph(self, format: str) -> bool:
        """Whether the graph does more than the network: takes raw inputs, say, or has a search."""
        return False

    def networks(self, whole: bool) -> dict:
        """The networks to write, by name, of Keras' own layers where there are such.

        Args:
            whole: with all that the format can carry.
        """
        return {
            name: to_stock(network) for name, network in self.predictor.networks.items()
        }

    def write_graph(self, folder: Path, name: str, network) -> list[Path]:
        """Write a network with what else is in the graph; returns its files. Called if `in_graph`."""
        raise NotImplementedError

    def write_more(self, folder: Path) -> list[Path]:
        """Write what a graph needs beside its networks; returns the files. Called if `in_graph`."""
        return []

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """Files of the task's folder that go along: the name there -> the name here, both without `.py`."""
        return {"reader": "reader"}

    def runtime(self, in_graph: bool) -> bool:
        """Whether the reader needs the format's `runtime.py`."""
        return True

    def text(self) -> dict:
        """What the reader must know beside the settings of the inputs, for `text.json`."""
        return {}

    def difference(self, ours: dict, theirs: dict) -> float | None:
        """How far two answers' numbers are apart; None: they differ in more than numbers."""
        raise NotImplementedError
