"""What can be set of the training of a regressor. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, default
from seqzoo.tasks.regression import corpora
from seqzoo.tasks.text_settings import TextSettings


@dataclass(frozen=True)
class Settings(TextSettings):
    """What can be set of the training of a regressor; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "number-words", "the corpus", corpora.CORPORA, idle_beside=["data"]
    )
    number_column: str | None = data_option(
        None, "the column of the numbers: a name, or a place from 1; none: by its name"
    )
    pooling: str = default(TextSettings, "pooling", "last")
