"""Character model: writes source code, verse or prose, letter by letter.

`seqzoo train characters` trains on Python's own standard library; `--data DIR --pattern '*.c'`
on a folder of sources. Measured figures are in `docs/records/characters.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.language import LANGUAGE as TASK
from seqzoo.tasks.language.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.language.training import (
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
__getattr__, __dir__ = lazy.names(
    __name__,
    lazy.places(
        "seqzoo.tasks.language.training",
        "build",
        "evaluate",
        "load",
        "loss",
        "optimizer",
        "rate_factor",
    ),
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    dataset: str = default(Settings, "dataset", "python")
    unit: str = default(Settings, "unit", "character")
    units: int | tuple[int, ...] = default(Settings, "units", 512)
    embedding_dim: int | None = default(Settings, "embedding_dim", 64)
    tie_embeddings: bool = default(Settings, "tie_embeddings", False)
    dropout: float = default(Settings, "dropout", 0.0)
    batch_size: int = default(Settings, "batch_size", 64)
    steps: int = default(Settings, "steps", 100)
    epochs: int = default(Settings, "epochs", 2)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "coupled_lstm", "peephole_lstm"])
    hp.Choice("units", ["256", "512", "768", "256,256", "512,512"])  # a layer each
    hp.Choice("embedding_dim", [32, 64, 128])
    hp.Float("dropout", 0.0, 0.3)
    hp.Choice("batch_size", [32, 64, 128])
    hp.Choice("steps", [50, 100, 200])
    hp.Float("learning_rate", 1e-3, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
