"""Sentiment of texts: one label for each.

`seqzoo train sentiment` trains on movie reviews that come with a pip package. Measured
figures are in `docs/records/sentiment.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.tasks.classification import TASKS
from seqzoo.tasks.classification.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.classification.training import (
        build,
        evaluate,
        finish,
        load,
        loss,
        optimizer,
        pretraining,
    )

__all__ = [
    "TASK",
    "Config",
    "build",
    "evaluate",
    "finish",
    "load",
    "loss",
    "optimizer",
    "pretraining",
]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
__getattr__, __dir__ = lazy.names(
    __name__,
    lazy.places("seqzoo.tasks.classification.training", *__all__[2:]),
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run."""


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "gru_reset_before", "coupled_lstm", "peephole_lstm"])
    hp.Choice("units", [32, 64, 128])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [64, 128, 256])
    hp.Choice("pooling", ["max_mean", "max", "mean", "attention"])
    hp.Float("dropout", 0.2, 0.7)
    hp.Float("embedding_dropout", 0.0, 0.5)
    hp.Float("token_dropout", 0.0, 0.5)
    hp.Choice("batch_size", [16, 32, 64])
    hp.Float("learning_rate", 5e-4, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
