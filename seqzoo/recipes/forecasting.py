"""The steps that follow a series of numbers.

`seqzoo train forecasting` trains on a pendulum, which a program makes. `--data` takes a table of yours with a
row a step; `--time` and `--target` name its columns. `docs/guide/series-data.md` says what they may be.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.series.forecasting import TASKS
from seqzoo.tasks.series.forecasting.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.series.forecasting.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.series.forecasting.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.003)
    epochs: int = default(Settings, "epochs", 12)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("mode", ["direct", "encoder_decoder"])
    hp.Choice("cell", ["gru", "lstm", "mgu"])
    hp.Choice("units", [16, 32, 64, 128])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("normalization", ["none", "last", "reversible"])
    hp.Float("dropout", 0.0, 0.5)
    hp.Choice("batch_size", [16, 32, 64, 128])
    hp.Float("learning_rate", 3e-4, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
