"""The words of each sound, and when they were said.

`seqzoo train speech` trains on made utterances, whose sounds a program makes. `--data` takes yours: a folder
of `x.wav` with `x.txt`, a table with the columns path and transcript, or a folder as Kaldi has it. The
network is recurrent layers with CTC (Graves et al. 2006).
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.speech import TASKS
from seqzoo.tasks.speech.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.speech.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.speech.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.002)
    average: int = default(Settings, "average", 10)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "mgu"])
    hp.Choice("units", [64, 96, 128, 192])
    hp.Choice("num_layers", [2, 3, 4])
    hp.Choice("stack", [2, 3, 4])
    hp.Float("dropout", 0.1, 0.5)
    hp.Float("noise", 0.0, 0.5)
    hp.Choice("batch_size", [8, 16, 32])
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
