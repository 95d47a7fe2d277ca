"""The class of each series of numbers.

`seqzoo train series` trains on damped pendulums, which a program makes. `--data` takes labelled series of
yours; `docs/guide/series-data.md` says what they may be. The network is a small LSTM-FCN (Karim et al. 2018);
theirs is `--filters 128,256,128 --dropout 0.8`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.series.classification import TASKS
from seqzoo.tasks.series.classification.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.series.classification.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.series.classification.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    cell: str = default(Settings, "cell", "lstm")
    units: int | tuple[int, ...] = default(Settings, "units", 8)
    bidirectional: bool = default(Settings, "bidirectional", False)
    convolve: str = default(Settings, "convolve", "beside")
    pooling: str = default(Settings, "pooling", "last")
    dropout: float = default(Settings, "dropout", 0.5)
    learning_rate: float = default(Settings, "learning_rate", 0.002)
    average: int = default(Settings, "average", 10)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["gru", "lstm", "mgu"])
    hp.Choice("units", [8, 16, 32, 64, 128])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("pooling", ["last", "max", "mean", "max_mean", "attention"])
    hp.Float("dropout", 0.0, 0.6)
    hp.Choice("batch_size", [8, 16, 32])
    hp.Float("learning_rate", 3e-4, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
