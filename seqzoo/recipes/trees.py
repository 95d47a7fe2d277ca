"""The class of a tree and of each of its nodes, by recursive networks.

`seqzoo train trees` trains a Tree-LSTM (Tai et al. 2015) on made lists of digits (ListOps). `--data` takes
trees of yours: in brackets, of CoNLL-U, or JSON.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.layers import COMPOSITIONS
from seqzoo.tasks.trees import TASKS
from seqzoo.tasks.trees.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.trees.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.trees.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    optimizer: str = default(Settings, "optimizer", "adagrad")
    learning_rate: float = default(Settings, "learning_rate", 0.05)
    clip_norm: float = default(Settings, "clip_norm", 5.0)
    epochs: int = default(Settings, "epochs", 10)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("composition", sorted(COMPOSITIONS))
    hp.Choice("units", [50, 100, 150])
    hp.Choice("embedding_dim", [50, 100, 200])
    hp.Float("dropout", 0.0, 0.6)
    hp.Float("embedding_dropout", 0.0, 0.6)
    hp.Float("learning_rate", 0.01, 0.1, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
