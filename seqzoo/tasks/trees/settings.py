"""What can be set of the training of a classifier of trees. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.errors import InputError
from seqzoo.layers import COMPOSITIONS
from seqzoo.models.choices import ANSWERED
from seqzoo.tasks.trees import corpora
from seqzoo.training import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        corpora.MADE_NAME, "the trees", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "trees in brackets, CoNLL-U (.conllu) or JSON (.jsonl): a file, or a folder with train, dev and test",
        path=True,
    )
    classes: int | None = data_option(
        None,
        "of labels 0 to 4, as the Stanford Sentiment Treebank has them: 5, or 2 without the neutral; "
        "none: labels as they are",
        least=2,
        most=5,
    )
    at: str = data_option(
        "nodes", "whose labels are learnt: the root's, or those of all nodes", ANSWERED
    )
    validation: float = data_option(
        0.1, "share to choose the epoch by, where there is no such part", above=0, below=1
    )
    test: float = data_option(
        0.1, "share to measure on, where there is no test part", above=0, below=1
    )
    limit: int | None = data_option(
        None, "use the first N training trees of the seed's order", least=1
    )
    lowercase: bool = data_option(False, "whether to lower the words' case")
    minimum_count: int = data_option(1, "rarer words are unknown", least=1)
    vocabulary_size: int = data_option(30_000, "number of word ids at most", least=5)
    composition: str = data_option(
        "lstm", "how a node gets its state", COMPOSITIONS, group="network"
    )
    units: int = network_option(150, "size of a node's state", least=1)
    embedding_dim: int = network_option(100, "size of a word's vector", least=1)
    dropout: float = network_option(
        0.5, "share of a node's state dropped in front of its class", least=0, below=1
    )
    embedding_dropout: float = network_option(
        0.0, "share of the words' vectors dropped", least=0, below=1
    )
    weight_decay: float = option(
        0.0,
        "weight of half the sum of squared weights (L2), without words' vectors, beside the loss of a node",
        least=0,
    )
    batch_size: int = option(25, "trees a training step", least=1)

    def __post_init__(self):
        if self.classes in (3, 4):
            raise InputError(f"--classes: expected 2 or 5; got {self.classes}")
