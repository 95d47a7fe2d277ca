"""Word segmentation: every character is tagged begin, middle, end or single (BMES).

`seqzoo train segmentation` trains on the People's Daily of January 1998, which comes with a
pip package (`seqzoo[chinese]`). Measured figures are in `docs/records/segmentation.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import data_option, default
from seqzoo.tasks.tagging import SEGMENTATION as TASK
from seqzoo.tasks.tagging.settings import WordSettings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.tagging.training import build, loss
    from seqzoo.tasks.tagging.training import evaluate_words as evaluate
    from seqzoo.tasks.tagging.training import load_words as load

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

# TensorFlow is imported when a training begins, not for `--help`.
__getattr__, __dir__ = lazy.names(
    __name__,
    lazy.places(
        "seqzoo.tasks.tagging.training",
        "build",
        "loss",
        evaluate="evaluate_words",
        load="load_words",
    ),
)


@dataclass(frozen=True)
class Config(WordSettings):
    """Every setting of a run; those named here have defaults of their own."""

    data: str | None = data_option(
        None,
        "words between spaces, a sentence a line, or characters with BMES tags, to train on",
        path=True,
    )
    validation: float = default(WordSettings, "validation", 0.03)
    test: float = default(WordSettings, "test", 0.05)
    bigrams: int = default(WordSettings, "bigrams", 1)
    bigram_dim: int = default(WordSettings, "bigram_dim", 64)
    auxiliary: float = default(WordSettings, "auxiliary", 1.0)
    optimizer: str = default(WordSettings, "optimizer", "lazy_adam")
    learning_rate: float = default(WordSettings, "learning_rate", 0.002)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["gru", "lstm", "gru_reset_before", "coupled_lstm"])
    hp.Choice("units", [64, 128, 192])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [32, 64, 128])
    hp.Choice("bigram_dim", [32, 64, 128])
    hp.Float("dropout", 0.2, 0.6)
    hp.Float("unknown", 0.0, 3.0)
    hp.Boolean("crf")
    hp.Choice("batch_size", [16, 32, 64])
    hp.Float("learning_rate", 5e-4, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
