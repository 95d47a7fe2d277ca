"""What can be set of the training of a network that gives one answer for a text."""

from dataclasses import dataclass
from typing import Any

from seqzoo import models
from seqzoo.config import by_corpus, data_option, network_option, option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.layers import CELLS
from seqzoo.text.tokenizer import UNITS
from seqzoo.training import settings


@dataclass(frozen=True)
class TextSettings(FormSettings, settings.Settings):
    """What can be set of the training of a network that reads a text and gives one answer.

    Each field is explained where it is declared, in the text that is its flag's help, too.
    """

    data: str | None = data_option(
        None,
        "a table (.tsv, .csv, .jsonl, .parquet, .xlsx, ...), or a folder, to train on",
        path=True,
    )
    text_column: str | None = data_option(
        None, "the column of the texts: a name, or a place from 1; none: by its name"
    )
    validation: float = data_option(
        0.1, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.1, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(
        None, "use the first N training examples of the seed's order", least=1
    )
    unit: str = by_corpus(
        "what a token is; auto: a character, in scripts without spaces between words",
        UNITS,
    )
    lowercase: bool = data_option(True, "whether to lower the case")
    max_length: int = data_option(
        800, "tokens of a text; longer ones keep their two ends", least=1
    )
    minimum_count: int = data_option(2, "rarer tokens are unknown", least=1)
    vocabulary_size: int = data_option(30_000, "number of token ids at most", least=5)
    cell: str = network_option("gru_reset_before", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        64, "state size of a direction: one, or one a layer"
    )
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    bidirectional: bool = network_option(True, "read from both ends")
    embedding: str = network_option(
        "vectors",
        "one_hot: tokens go straight into the gates of --cell forget_lstm",
        models.EMBEDDINGS,
    )
    embedding_dim: int = network_option(
        64, "size of a token's vector", needs={"embedding": ("vectors",)}
    )
    chop: int = network_option(
        0, "training reads pieces of so many tokens, pooled over the text; 0: none", least=0
    )
    pooling: str = network_option(
        "attention", "how the states are pooled over time", models.POOLINGS
    )
    dropout: float = network_option(
        0.0,
        "share of each layer's output and of the pooled vector dropped",
        least=0,
        below=1,
    )
    recurrent_dropout: float = network_option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    embedding_dropout: float = network_option(
        0.0, "share of embedding features dropped, a text at a time", least=0, below=1
    )
    crop: float = option(
        0.0, "share of texts of which training reads a random piece", least=0, most=1
    )
    token_dropout: float = network_option(0.0, "share of tokens dropped", least=0, below=1)
    residual: bool = network_option(False, "add each layer's input to its output")
    batch_size: int = option(64, "texts a training step", least=1)


NETWORK = (
    "cell", "units", "num_layers", "bidirectional", "embedding", "embedding_dim", "chop", "pooling",
    "dropout", "recurrent_dropout", "embedding_dropout", "token_dropout", "residual",
)  # fmt: skip
PREPARATION = ("max_length", "minimum_count", "vocabulary_size", "batch_size", "seed")


def network(config: TextSettings) -> dict[str, Any]:
    """The arguments of a builder that are settings, by name."""
    return {name: getattr(config, name) for name in NETWORK}


def preparation(config: TextSettings) -> dict[str, Any]:
    """The arguments of a `prepare` that are settings, by name."""
    return {name: getattr(config, name) for name in PREPARATION}
