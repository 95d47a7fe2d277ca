"""What can be set of the training of a tagger. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, option
from seqzoo.layers import CELLS
from seqzoo.tasks.tagging import corpora
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS
from seqzoo.training import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training of a tagger; each field says what it is."""

    data: str | None = data_option(
        None,
        "a file with a token and its tag a line, or a folder, to train on",
        path=True,
    )
    test_data: str | None = data_option(
        None,
        "a file to measure on instead of a part held out",
        path=True,
    )
    validation: float = data_option(
        0.05, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.1, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(
        None, "use the first N training sequences of the seed's order", least=1
    )
    max_length: int = data_option(
        200,
        "tokens of a piece at most: each sequence is cut behind 。！？；!?, a longer piece at a pause",
        least=2,
    )
    minimum_count: int = data_option(1, "rarer tokens are unknown", least=1)
    bigrams: int = data_option(2, "rarer pairs of tokens are unknown; 0: no pairs", least=0)
    unknown: float = option(
        1.0, "pairs seen n times are dropped at a rate of this/(this + n)", least=0
    )
    cell: str = option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(
        128, "state size of a direction: one, or one a layer"
    )
    num_layers: int = option(1, "recurrent layers, where units is one number", least=1)
    bidirectional: bool = option(True, "read from both ends")
    crf: bool = option(True, "a conditional random field over the tags")
    embedding_dim: int = option(64, "size of a token's vector")
    bigram_dim: int = option(32, "size of a pair's vector")
    dropout: float = option(
        0.5, "share of embeddings and of each layer's output dropped", least=0, below=1
    )
    recurrent_dropout: float = option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    residual: bool = option(False, "add each layer's input to its output")
    auxiliary: float = option(
        0.3,
        "weight of learning the corpus' words and parts of speech, where it has some, beside",
        least=0,
    )
    batch_size: int = option(32, "pieces a training step", least=1)


@dataclass(frozen=True)
class EntitySettings(Settings):
    """What can be set of the training of an entity tagger."""

    dataset: str = data_option(
        "peoples-daily", "the corpus", corpora.ENTITIES, idle_beside=["data"]
    )
    language: str = data_option("en", "of wikiann")
    scheme: str = data_option(
        "BIOES", "of the tags, those in files of your own too", schemes.SCHEMES
    )
    unit: str = data_option("character", "what a token is", UNITS)


@dataclass(frozen=True)
class WordSettings(Settings):
    """What can be set of the training of a word segmenter."""

    dataset: str = data_option(
        "peoples-daily", "the corpus", corpora.SEGMENTATION, idle_beside=["data"]
    )
