"""What can be set of every training."""

from dataclasses import dataclass

from seqzoo.config import data_option, option
from seqzoo.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class Settings:
    """How a training goes; a task's `Settings` add what is its own.

    The size of a batch is the task's: some count examples, some padded tokens, some rows of a stream.
    """

    optimizer: str = option(
        "adam", "lazy_adam: embeddings of the batch's tokens alone move", OPTIMIZERS
    )
    learning_rate: float = option(
        0.001, "the first; it falls linearly to a twentieth", above=0
    )
    clip_norm: float = option(1.0, "largest global norm of a gradient", above=0)
    epochs: int = option(8, "passes over the training data at most", least=1)
    patience: int = option(
        4, "stop after this many epochs without a better validation score", least=1
    )
    average: int = option(
        1, "measure and keep the mean of so many epochs' weights", least=1
    )
    seed: int = data_option(
        0, "of split, order, weights and dropout", least=0, below=2**32, group="training"
    )
