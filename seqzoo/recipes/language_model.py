"""Language model: words, each predicted from all before it.

`seqzoo train language_model` trains on the World English Bible, which comes with a pip package;
`--preset ptb-small --data DIR` is the network of Zaremba, Sutskever & Vinyals (2014) for the Penn
Treebank. Measured figures are in `docs/records/language_model.md`.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqzoo import lazy
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
    "PRESETS",
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
    """Every setting of a run."""


# Rates and norms are of the mean loss of a token, Zaremba's of the sum over a row's steps: 1.0 there over
# 20 steps is 20 here, and a norm of 5 is 0.25.
_ZAREMBA = {
    "unit": "space", "minimum_count": 1, "cell": "lstm", "tie_embeddings": False,
    "optimizer": "sgd", "batch_size": 20, "patience": 99,
}  # fmt: skip
PRESETS = {
    "ptb-small": _ZAREMBA | {
        "units": (200, 200), "steps": 20, "dropout": 0.0, "initial_scale": 0.1, "learning_rate": 20.0,
        "clip_norm": 5 / 20, "flat_epochs": 4, "decay": 0.5, "epochs": 13,
    },
    "ptb-medium": _ZAREMBA | {
        "units": (650, 650), "steps": 35, "dropout": 0.5, "initial_scale": 0.05, "learning_rate": 35.0,
        "clip_norm": 5 / 35, "flat_epochs": 6, "decay": 1 / 1.2, "epochs": 39,
    },
    "ptb-large": _ZAREMBA | {
        "units": (1500, 1500), "steps": 35, "dropout": 0.65, "initial_scale": 0.04, "learning_rate": 35.0,
        "clip_norm": 10 / 35, "flat_epochs": 14, "decay": 1 / 1.15, "epochs": 55,
    },
    "awd-lstm": _ZAREMBA | {
        "units": (1150, 1150, 400), "tie_embeddings": True, "steps": 70,
        "vary_steps": True, "dropout": 0.25, "input_dropout": 0.4, "output_dropout": 0.4,
        "embedding_dropout": 0.1, "locked_dropout": True, "weight_drop": 0.5, "activation": 2.0,
        "temporal": 1.0, "optimizer": "asgd", "learning_rate": 30.0, "flat_epochs": 500,
        "weight_decay": 1.2e-6, "clip_norm": 0.25, "epochs": 500,
    },
}  # fmt: skip


def search_space(hp: Any) -> None:
    """What a sweep varies by default; `hp` are keras-tuner's `HyperParameters`."""
    hp.Choice("cell", ["lstm", "gru", "coupled_lstm", "peephole_lstm"])
    # A number for each layer.
    hp.Choice("units", ["200", "300", "400", "200,200", "300,300", "400,400"])
    hp.Boolean("tie_embeddings")
    hp.Float("dropout", 0.1, 0.6)
    hp.Boolean("locked_dropout")
    hp.Choice("batch_size", [10, 20, 40])
    hp.Choice("steps", [20, 35, 70])
    hp.Float("learning_rate", 1e-3, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
