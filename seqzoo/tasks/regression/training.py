"""Training a regressor: settings, data, network, loss, scores."""

from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.config import data_option, option
from seqzoo.layers import CELLS
from seqzoo.tasks.regression import corpora
from seqzoo.tasks.regression.data import TextNumbers
from seqzoo.tasks.regression.measure import evaluate_encoded, naive_scores, scores
from seqzoo.text.tokenizer import UNITS, Tokenizer
from seqzoo.training import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training of a regressor; a recipe's `Config` has its own defaults."""

    dataset: str = data_option("number-words", "the corpus", corpora.CORPORA)
    data: str | None = data_option(None, "a TSV, CSV or JSON-lines file, or a folder, to train on")
    text_column: str = data_option("text", "the column of the texts: a name, or a place from 1")
    number_column: str = data_option("number", "the column of the numbers: a name, or a place from 1")
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
    pooling: str = option("last", "how the states are pooled over time", models.POOLINGS)
    dropout: float = option(
        0.0, "share of each layer's output and of the pooled vector dropped", least=0, below=1
    )
    recurrent_dropout: float = option(0.0, "share of the recurrent state dropped", least=0, below=1)
    embedding_dropout: float = option(
        0.0, "share of embedding features dropped, a text at a time", least=0, below=1
    )
    token_dropout: float = option(0.0, "share of tokens dropped", least=0, below=1)
    residual: bool = option(False, "add each layer's input to its output")
    batch_size: int = option(64, "texts a training step", least=1)


def load(config: Settings, folder: Path) -> TextNumbers:
    """The prepared corpus, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load` and `TextNumbers.prepare`.
    """
    return TextNumbers.prepare(
        folder,
        corpora.load(config),
        Tokenizer(config.unit, config.lowercase),
        max_length=config.max_length,
        minimum_count=config.minimum_count,
        vocabulary_size=config.vocabulary_size,
        batch_size=config.batch_size,
        seed=config.seed,
    )


def build(config: Settings, data: TextNumbers) -> keras.Model:
    """The uncompiled model."""
    return models.regressor(
        len(data.vocabulary),
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


def loss(config: Settings, model: keras.Model, batch):
    """Squared error of a training batch, summed, and the number of its examples.

    Args:
        config: not used.
        model: a builder's.
        batch: tokens int32 (batch, time), standardised targets float32 (batch,).
    """
    tokens, targets = batch
    values = model(tokens, training=True)[:, 0]  # (batch, 1) -> (batch,)
    errors = tf.square(values - tf.cast(targets, values.dtype))
    return tf.reduce_sum(errors), tf.cast(tf.size(targets), tf.float32)


def evaluate(model: keras.Model, data: TextNumbers, part: str) -> dict:
    """Metrics of a model on a part of its own data; see `evaluate_encoded`.

    On the test part, `naive_mse` and `naive_mae` are of the training mean, `ridge_mse`, `ridge_mae` and
    `ridge_pearson` of a ridge regression on n-grams; see `naive`.
    """
    encoded, scale = data.encoded[part], data.scale
    found = evaluate_encoded(data.inference(model), encoded, scale)
    if part != "test":
        return found
    ridge = scores(scale.outwards(encoded.numbers("target")), scale.outwards(data.ridge(encoded)))
    found |= naive_scores(encoded, scale) | {f"ridge_{name}": value for name, value in ridge.items()}
    return found | {"ridge": data.ridge.about}
