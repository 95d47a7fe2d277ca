"""What can be set of the training of a classifier. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, default, option
from seqzoo.errors import InputError
from seqzoo.tasks.classification import corpora
from seqzoo.tasks.classification.naive import BASELINES
from seqzoo.tasks.text_settings import TextSettings


@dataclass(frozen=True)
class Settings(TextSettings):
    """What can be set of the training of a classifier; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "movie-reviews", "the corpus", corpora.CORPORA, idle_beside=["data"]
    )
    label_column: str | None = data_option(
        None, "the column of the labels: a name, or a place from 1; none: by its name"
    )
    dropout: float = default(TextSettings, "dropout", 0.38)
    embedding_dropout: float = default(TextSettings, "embedding_dropout", 0.26)
    token_dropout: float = default(TextSettings, "token_dropout", 0.09)
    adversarial: float = option(
        0.0,
        "size of adversarial perturbations; 0.02, say; triples the time",
        least=0,
        below=1,
    )
    pretrain: int = data_option(
        0, "epochs of learning which words stand near, before labels are used", least=0
    )
    pretrain_rate: float = option(0.004, "the first learning rate of pretraining", above=0)
    unlabelled: str | None = data_option(
        None, "a file of texts without labels that pretraining reads, too"
    )
    baseline: str = data_option(
        "bag", "the naive model to compare with; none for a huge corpus", BASELINES
    )
    average_with_bag: bool = option(
        False, "answer with the average of the network and the bag of n-grams"
    )

    def __post_init__(self):
        if self.average_with_bag and self.baseline == "none":
            raise InputError(
                "--average-with-bag and --baseline none: expected one of them; the average needs the bag"
            )
