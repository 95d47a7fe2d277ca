"""Translation: an encoder-decoder with attention, subwords, and a beam search.

`seqzoo train translation` trains on the Bible, English to classical Japanese, which comes
with a pip package. Measured figures are in `docs/records/translation.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.translation import TRANSLATION as TASK
from seqzoo.tasks.translation.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.translation.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

# TensorFlow is imported when a training begins, not for `--help`.
__getattr__, __dir__ = lazy.names(
    __name__,
    lazy.places("seqzoo.tasks.translation.training", "build", "evaluate", "load", "loss"),
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.002)
    patience: int = default(Settings, "patience", 5)
    average: int = default(Settings, "average", 3)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["gru", "lstm", "gru_reset_before"])
    hp.Choice("units", [128, 256, 384])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [128, 256])
    hp.Choice("attention", ["bahdanau", "luong", "bahdanau_normed"])
    hp.Float("dropout", 0.1, 0.5)
    hp.Float("token_dropout", 0.0, 0.2)
    hp.Float("label_smoothing", 0.0, 0.2)
    hp.Choice("batch_tokens", [1000, 1500, 3000])
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
