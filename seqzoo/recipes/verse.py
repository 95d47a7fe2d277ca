"""Chinese verse: poems of four or eight lines of five or seven characters, behind their title.

`seqzoo train verse` trains on the Tang poems of Debian's package `fortunes-zh`; `--data` takes the JSON
files of the collection chinese-poetry, of CCPC, or a file with a poem a line. No training poem shares a line
with a poem that is held out. Measured figures are in `docs/records/verse.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.language import VERSE as TASK
from seqzoo.tasks.language.verse.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.language.verse.training import (
        build,
        evaluate,
        load,
        loss,
        optimizer,
        rate_factor,
    )

__all__ = [
    "TASK",
    "Config",
    "build",
    "evaluate",
    "load",
    "loss",
    "optimizer",
    "rate_factor",
]

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.language.verse.training"
NAMES = ("build", "evaluate", "load", "loss", "optimizer", "rate_factor")
__getattr__, __dir__ = lazy.names(__name__, lazy.places(TRAINING, *NAMES))


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    units: int | tuple[int, ...] = default(Settings, "units", (512, 256))
    dropout: float = default(Settings, "dropout", 0.3)
    batch_size: int = default(Settings, "batch_size", 64)
    steps: int = default(Settings, "steps", 48)
    learning_rate: float = default(Settings, "learning_rate", 0.003)
    epochs: int = default(Settings, "epochs", 12)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "coupled_lstm"])
    hp.Choice("units", ["256", "512,256", "384,384"])  # a layer each
    hp.Float("dropout", 0.1, 0.5)
    hp.Choice("batch_size", [32, 64, 128])
    hp.Float("learning_rate", 1e-3, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
