"""Named entities: every character or word is tagged by the kind of name it belongs to.

`python -m seqzoo.recipes.entities` trains on the People's Daily of January 1998, which comes with a pip
package (`seqzoo[chinese]`): persons, places, organisations. Measured figures are in `docs/results.md`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from seqzoo import datasets, schemes, tagging
from seqzoo.cli import run_recipe
from seqzoo.config import data_option, option
from seqzoo.datasets.tagged import read_entities
from seqzoo.errors import InputError
from seqzoo.layers import CELLS
from seqzoo.optimizers import OPTIMIZERS
from seqzoo.tagging import TaggedTexts
from seqzoo.text import UNITS

TASK = "entities"


@dataclass(frozen=True)
class Config:
    """Every setting of a run."""

    dataset: str = data_option("peoples-daily", "the corpus", datasets.ENTITIES)
    language: str = data_option("en", "of wikiann")
    data: str | None = data_option(None, "a file with a token and its tag a line, or a folder, to train on")
    test_data: str | None = data_option(None, "a file to measure on instead of a part held out")
    scheme: str = data_option("BIOES", "of the tags, those in files of your own too", schemes.SCHEMES)
    unit: str = data_option("character", "what a token is", UNITS)
    validation: float = data_option(0.05, "share held out to choose by, where the corpus has no such part")
    test: float = data_option(0.1, "share held out to measure on, where the corpus has no such part")
    limit: int | None = data_option(None, "use the first N training sequences of the seed's order", least=1)
    max_length: int = data_option(200, "tokens of a piece that a long sequence is cut to", least=2)
    minimum_count: int = data_option(1, "rarer tokens are unknown", least=1)
    bigrams: int = data_option(2, "rarer pairs of tokens are unknown; 0: no pairs", least=0)
    unknown: float = option(1.0, "pairs seen n times are dropped at a rate of this/(this + n)", least=0)
    cell: str = option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(128, "state size of a direction: one, or one a layer")
    num_layers: int = option(1, "recurrent layers, where units is one number", least=1)
    bidirectional: bool = option(True, "read from both ends")
    crf: bool = option(True, "a conditional random field over the tags")
    embedding_dim: int = option(64, "size of a token's vector")
    bigram_dim: int = option(32, "size of a pair's vector")
    dropout: float = option(0.5, "share of embeddings and of each layer's output dropped", least=0, below=1)
    recurrent_dropout: float = option(0.0, "share of the recurrent state dropped", least=0, below=1)
    residual: bool = option(False, "add each layer's input to its output")
    auxiliary: float = option(
        0.3, "weight of learning the corpus' words and parts of speech, where it has some, beside", least=0
    )
    batch_size: int = option(32, "pieces a training step", least=1)
    optimizer: str = option("lazy_adam", "lazy_adam: embeddings of the batch's tokens alone move", OPTIMIZERS)
    learning_rate: float = option(0.002, "the first; it falls linearly to a twentieth", above=0)
    clip_norm: float = option(1.0, "largest global norm of a gradient", above=0)
    epochs: int = option(8, "passes over the training data at most", least=1)
    patience: int = option(4, "stop after this many epochs without a better validation score", least=1)
    average: int = option(1, "measure and keep the mean of so many epochs' weights", least=1)
    seed: int = data_option(0, "of split, order, weights and dropout", least=0, below=2**32)


def load(config: Config, folder: Path) -> TaggedTexts:
    """The prepared corpus, from `folder` if an earlier run has put it there."""
    if config.data is None and (config.unit == "character") != (config.dataset == "peoples-daily"):
        raise InputError(f"--dataset {config.dataset}: expected the other --unit; got {config.unit}")

    splits = datasets.tagging(
        datasets.ENTITIES,
        config.dataset,
        lambda path: read_entities(path, config.scheme, config.unit),
        data=config.data,
        test_data=config.test_data,
        language=config.language,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
    return TaggedTexts.prepare(
        folder,
        splits,
        scheme=config.scheme,
        tags=None,
        unit=config.unit,
        max_length=config.max_length,
        minimum_count=config.minimum_count,
        bigrams=config.bigrams,
        batch_size=config.batch_size,
        seed=config.seed,
        unknown=config.unknown,
    )


def build(config: Config, data: TaggedTexts):
    """The uncompiled model."""
    return tagging.build(config, data)


def loss(config: Config, model, batch):
    """Negative log-likelihood of a training batch, summed, and the number of its tokens."""
    return tagging.loss(model, batch, config.auxiliary)


def evaluate(model, data: TaggedTexts, part: str) -> dict:
    """Span scores of a model on a part of its own data, by kind, as conlleval counts them."""
    return tagging.entity_scores(data.tagging(model), data.examples(part))


def search_space(hp) -> None:
    """What a sweep varies (`hp`: keras-tuner's `HyperParameters`), unless it is told otherwise."""
    hp.Choice("cell", ["gru", "lstm", "gru_reset_before", "coupled_lstm"])
    hp.Choice("units", [64, 128, 192])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [32, 64, 128])
    hp.Choice("bigram_dim", [16, 32, 64])
    hp.Float("dropout", 0.2, 0.6)
    hp.Float("unknown", 0.0, 3.0)
    hp.Boolean("crf")
    hp.Choice("batch_size", [16, 32, 64])
    hp.Float("learning_rate", 5e-4, 1e-2, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
