"""What can be set of the training of a language model. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import SAID, by_corpus, data_option, network_option, option
from seqzoo.datasets.reading.settings import EncodingSettings
from seqzoo.layers import CELLS
from seqzoo.lazy import Table
from seqzoo.optimizers import OPTIMIZERS
from seqzoo.tasks.language import corpora
from seqzoo.tasks.language.naive import BASELINES
from seqzoo.text.running import UNITS
from seqzoo.training import settings

ALL_OPTIMIZERS = Table({
    **OPTIMIZERS.places,
    "sgd": "seqzoo.optimizers:SGD",
    "asgd": "seqzoo.optimizers:AveragedSGD",
})  # fmt: skip


@dataclass(frozen=True)
class Settings(EncodingSettings, settings.Settings):
    """What can be set of the training of a language model; each field says what it is."""

    dataset: str = data_option("bible", "the corpus", corpora.CORPORA, idle_beside=["data"])
    data: str | None = data_option(
        None,
        "a text file, or a folder of text files, to train on",
        path=True,
    )
    pattern: str = data_option("*", "which files of the folder: *.c, say")
    validation: float = data_option(
        0.05, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.05, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(None, "use the first N training tokens", least=1)
    unit: str = by_corpus(
        "what a token is; space: what stands between white space; auto: a word, or a character in scripts "
        "without spaces",
        UNITS,
    )
    lowercase: bool = data_option(False, "lower the case")
    minimum_count: int = by_corpus("rarer tokens are unknown", least=1)
    vocabulary: int | None = data_option(None, "ids at most", least=5)
    cell: str = network_option("lstm", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        (300, 300), "size of states: one number, or one a layer"
    )
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    embedding_dim: int | None = network_option(
        None, "size of a token's vector; none: of the states", least=1
    )
    tie_embeddings: bool = network_option(
        True, "the output layer's weights are the embeddings"
    )
    cutoffs: int | tuple[int, ...] | None = network_option(
        None,
        "ids at which clusters of rarer tokens begin: an adaptive softmax, for large vocabularies",
    )
    dropout: float = network_option(
        0.4, "share dropped between layers, of embeddings and outputs", least=0, below=1
    )
    input_dropout: float | None = network_option(
        None, "share of embeddings dropped; none: as dropout", least=0, below=1
    )
    output_dropout: float | None = network_option(
        None, "share of outputs dropped; none: as dropout", least=0, below=1
    )
    embedding_dropout: float = network_option(
        0.0, "share of tokens' vectors dropped from a batch", least=0, below=1
    )
    locked_dropout: bool = network_option(
        False, "one draw of dropout for all steps of a row"
    )
    weight_drop: float = network_option(
        0.0, "share of recurrent weights dropped", least=0, below=1
    )
    activation: float = option(0.0, "penalty on the last layer's outputs (AR)", least=0)
    temporal: float = option(
        0.0, "penalty on the change of these outputs from step to step (TAR)", least=0
    )
    initial_scale: float | None = network_option(
        None, "weights begin between minus this and this", above=0
    )
    batch_size: int = option(20, "rows of the stream side by side", least=1)
    steps: int = option(
        35,
        "tokens of a row between two updates, which gradients go back through",
        least=1,
    )
    vary_steps: bool = option(
        False, "draw the number of steps around this one for each update"
    )
    optimizer: str = option(
        "adam", "asgd: SGD, averaged once it stops getting better", ALL_OPTIMIZERS
    )
    learning_rate: float = option(0.003, "the first, of the mean loss of a token", above=0)
    flat_epochs: int | None = option(
        None,
        "epochs with the first rate, after which it falls by decay; none: it falls linearly",
        least=0,
    )
    decay: float = option(
        0.5,
        "factor of the rate from epoch to epoch, with flat-epochs",
        above=0,
        needs={"flat_epochs": SAID},
    )
    weight_decay: float = option(
        0.0, "share of the weights taken off, times the rate", least=0
    )
    patience: int = option(
        4, "stop after this many epochs without a better validation score", least=1
    )
    baseline: str = data_option(
        "ngram", "the naive model to compare with; none for a huge corpus", BASELINES
    )
    seed: int = data_option(
        0, "of split, weights and dropout", least=0, below=2**32, group="training"
    )
