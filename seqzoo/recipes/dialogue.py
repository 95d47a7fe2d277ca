"""Dialogue: an answer to the last turns of a talk, by an encoder-decoder with attention.

`seqzoo train dialogue` trains on chatterbot-corpus, a toy of some 900 dialogues in a pip package. Measured
figures on DailyDialog are in `docs/records/dialogue.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.translation import DIALOGUE as TASK
from seqzoo.tasks.translation.dialogue.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.translation.dialogue.training import evaluate, load
    from seqzoo.tasks.translation.training import build, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

# TensorFlow is imported when a training begins, not for `--help`.
__getattr__, __dir__ = lazy.names(
    __name__,
    {
        **lazy.places("seqzoo.tasks.translation.training", "build", "loss"),
        **lazy.places("seqzoo.tasks.translation.dialogue.training", "evaluate", "load"),
    },
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    batch_tokens: int = default(Settings, "batch_tokens", 1000)
    learning_rate: float = default(Settings, "learning_rate", 0.003)
    epochs: int = default(Settings, "epochs", 20)
    patience: int = default(Settings, "patience", 3)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["gru", "lstm", "gru_reset_before"])
    hp.Choice("units", [128, 256, 384])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [128, 256])
    hp.Choice("attention", ["bahdanau", "luong", "none"])
    hp.Float("dropout", 0.1, 0.5)
    hp.Choice("batch_tokens", [1000, 2000, 4000])
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
