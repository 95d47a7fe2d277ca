"""Questions about stories: a memory network that is trained end to end (Sukhbaatar et al. 2015).

`seqzoo train stories` trains on made stories of small worlds, of the kinds that bAbI has. `--data` takes the
official files of bAbI, or stories of yours.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
from seqzoo.config import default
from seqzoo.tasks.stories import TASKS
from seqzoo.tasks.stories.settings import Settings
from seqzoo.training.command import run_recipe

if TYPE_CHECKING:
    from seqzoo.tasks.stories.training import build, evaluate, load, loss

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]

(TASK,) = TASKS

# TensorFlow is imported when a training begins, not for `--help`.
TRAINING = "seqzoo.tasks.stories.training"
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places(TRAINING, "build", "evaluate", "load", "loss")
)


@dataclass(frozen=True)
class Config(Settings):
    """Every setting of a run; those named here have defaults of their own."""

    learning_rate: float = default(Settings, "learning_rate", 0.003)
    clip_norm: float = default(Settings, "clip_norm", 5.0)
    epochs: int = default(Settings, "epochs", 40)
    patience: int = default(Settings, "patience", 10)


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("hops", [1, 2, 3, 4])
    hp.Choice("embedding_dim", [20, 50, 100])
    hp.Choice("weights", ["adjacent", "layerwise"])
    hp.Choice("sentences", ["position", "bag", "gru"])
    hp.Float("blanks", 0.0, 0.3)
    hp.Int("linear_epochs", 0, 20)
    hp.Float("learning_rate", 1e-3, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
