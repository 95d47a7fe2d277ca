"""What a picture shows, in words.

`seqzoo train captions` trains on made pictures of coloured shapes, which a program makes. `--dataset emoji`
takes 3,944 emoji with their names, `--language zh` in Chinese; `--dataset hanzi` 6,703 characters with their
structure (⿰氵工), both by `pip install "seqzoo[captions]"`. `--data` takes pictures of yours. The network is
that of Xu et al. (2015).
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.captions import TASKS
from seqzoo.tasks.captions.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.captions.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.captions.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.002)
    epochs: int = default(Settings, "epochs", 20)
    average: int = default(Settings, "average", 3)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "mgu"])
    hp.Choice("units", [128, 256, 384])
    hp.Choice("embedding_dim", [64, 128, 256])
    hp.Float("dropout", 0.1, 0.5)
    hp.Float("token_dropout", 0.0, 0.3)
    hp.Float("shift", 0.0, 0.15)
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
