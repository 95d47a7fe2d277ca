"""Character model: writes source code, verse or prose, letter by letter.

`python -m seqzoo.recipes.characters` trains on Python's own standard library; `--data DIR --pattern '*.c'`
on a folder of sources. Measured figures are in `docs/results.md`.
"""

import sys
from dataclasses import dataclass

from seqzoo import datasets, language_modelling
from seqzoo.cli import run_recipe
from seqzoo.config import data_option, option
from seqzoo.language_modelling import build, evaluate, load, loss, optimizer, rate_factor
from seqzoo.units import UNITS

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss", "optimizer", "rate_factor"]

TASK = "language"


@dataclass(frozen=True)
class Config(language_modelling.Settings):
    """Every setting of a run."""

    dataset: str = data_option("python", "the corpus", datasets.LANGUAGE)
    unit: str = data_option("character", "what is foretold", UNITS)
    minimum_count: int = data_option(100, "rarer characters are unknown", least=1)
    units: int | tuple[int, ...] = option(512, "size of states: one number, or one a layer")
    embedding_dim: int | None = option(64, "size of a character's vector; none: of the states", least=1)
    tie_embeddings: bool = option(False, "the output layer's weights are the embeddings")
    dropout: float = option(0.0, "share dropped between layers, of embeddings and outputs", least=0, below=1)
    batch_size: int = option(64, "rows of the stream side by side", least=1)
    steps: int = option(100, "tokens of a row between two updates, which gradients go back through", least=1)
    epochs: int = option(2, "passes over the training data at most", least=1)


def search_space(hp) -> None:
    """What a sweep varies (`hp`: keras-tuner's `HyperParameters`), unless it is told otherwise."""
    hp.Choice("cell", ["lstm", "gru", "coupled_lstm", "peephole_lstm"])
    hp.Choice("units", ["256", "512", "768", "256,256", "512,512"])  # a layer each
    hp.Choice("embedding_dim", [32, 64, 128])
    hp.Float("dropout", 0.0, 0.3)
    hp.Choice("batch_size", [32, 64, 128])
    hp.Choice("steps", [50, 100, 200])
    hp.Float("learning_rate", 1e-3, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
