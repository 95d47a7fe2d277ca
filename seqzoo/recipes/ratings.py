"""A number for each text: a rating, a price, a value.

`seqzoo train ratings` trains on sums in words, which a program makes. `--data` takes a table
of yours, `--text-column` and `--number-column` name its columns. Measured figures are in
`docs/records/ratings.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.regression import TASKS
from seqzoo.tasks.regression.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.regression.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
__getattr__, __dir__ = lazy.names(
    __name__,
    lazy.places("seqzoo.tasks.regression.training", "build", "evaluate", "load", "loss"),
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.005)
    epochs: int = default(Settings, "epochs", 20)
    patience: int = default(Settings, "patience", 5)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "gru_reset_before"])
    hp.Choice("units", [32, 64, 128])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [32, 64, 128])
    hp.Choice("pooling", ["last", "max_mean", "mean", "attention"])
    hp.Float("dropout", 0.0, 0.6)
    hp.Float("embedding_dropout", 0.0, 0.5)
    hp.Float("token_dropout", 0.0, 0.5)
    hp.Choice("batch_size", [16, 32, 64])
    hp.Float("learning_rate", 5e-4, 2e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
