"""How a pen goes on: handwriting, alone or along a text.

`seqzoo train handwriting` trains on made drawings of shapes, which a program makes. `--dataset kanjivg` takes
6,703 characters, centre lines drawn by hand (`pip install "seqzoo[strokes]"`), along the components that they
are made of. `--data` takes drawings of yours. The network is Graves' (2013).
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.handwriting import TASKS
from seqzoo.tasks.handwriting.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.handwriting.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.handwriting.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    units: int | tuple[int, ...] = default(Settings, "units", 128)
    mixtures: int = default(Settings, "mixtures", 10)
    window: int = default(Settings, "window", 5)
    learning_rate: float = default(Settings, "learning_rate", 0.003)
    epochs: int = default(Settings, "epochs", 20)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "mgu"])
    hp.Choice("units", [64, 128, 256])
    hp.Choice("num_layers", [1, 2, 3])
    hp.Choice("mixtures", [5, 10, 20])
    hp.Float("dropout", 0.0, 0.4)
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
