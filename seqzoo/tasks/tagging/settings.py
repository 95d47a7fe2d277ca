"""What can be set of the training of a tagger. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import ON, by_corpus, data_option, network_option, option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.layers import CELLS
from seqzoo.tasks.tagging import corpora
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS
from seqzoo.training import settings
from seqzoo.training.by_size import left_open


@dataclass(frozen=True)
class Settings(FormSettings, settings.Settings):
    """What can be set of the training of a tagger; each field says what it is."""

    data: str | None = data_option(
        None,
        "a file of tagged tokens, of words, or of texts with spans, or a folder, to train on",
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
    unknown: float = network_option(
        1.0, "pairs seen n times are dropped at a rate of this/(this + n)", least=0
    )
    cell: str = network_option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        128, "state size of a direction: one, or one a layer"
    )
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    bidirectional: bool = network_option(True, "read from both ends")
    crf: bool = network_option(True, "a conditional random field over the tags")
    embedding_dim: int = network_option(64, "size of a token's vector")
    bigram_dim: int = network_option(32, "size of a pair's vector", needs={"bigrams": ON})
    dropout: float = network_option(
        0.5, "share of embeddings and of each layer's output dropped", least=0, below=1
    )
    recurrent_dropout: float = network_option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    residual: bool = network_option(False, "add each layer's input to its output")
    auxiliary: float = option(
        0.3,
        "weight of learning the corpus' words and parts of speech, where it has some, beside",
        least=0,
        idle_beside=["data"],
    )
    batch_size: int = option(None, "pieces a training step", least=1, by_size=True)
    epochs: int = left_open(settings.Settings, "epochs")
    patience: int = left_open(settings.Settings, "patience")


@dataclass(frozen=True)
class EntitySettings(Settings):
    """What can be set of the training of an entity tagger."""

    dataset: str = data_option(
        "peoples-daily", "the corpus", corpora.ENTITIES, idle_beside=["data"]
    )
    language: str = data_option("en", "of wikiann", needs={"dataset": ("wikiann",)})
    token_column: str | None = data_option(
        None,
        "the column, or key, of the tokens: a name, or a place from 1; none: the first",
    )
    tag_column: str | None = data_option(
        None,
        "the column, or key, of the tags or spans: a name, or a place from 1; none: the last",
    )
    sentence_column: str | None = data_option(
        None, "the column that says which sentence a row is of; none: by its name"
    )
    text_column: str | None = data_option(None, "the key of texts with spans; none: text")
    scheme: str = data_option(
        "BIOES", "of the model's tags, whatever scheme a file has", schemes.SCHEMES
    )
    unit: str = by_corpus(
        "what a token is; auto: a character, where a file's tokens are such", UNITS
    )


@dataclass(frozen=True)
class WordSettings(Settings):
    """What can be set of the training of a word segmenter."""

    dataset: str = data_option(
        "peoples-daily", "the corpus", corpora.SEGMENTATION, idle_beside=["data"]
    )
