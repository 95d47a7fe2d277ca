"""What can be set of the training of a memory network. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.models.choices import MEMORY_WEIGHTS
from seqzoo.tasks.stories import corpora
from seqzoo.text.tokenizer import UNITS
from seqzoo.training import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        corpora.MADE_NAME, "the stories", corpora.CORPORA, idle_beside=["data"]
    )
    questions: int = data_option(
        1000,
        "questions of each made kind",
        least=20,
        needs={"dataset": (corpora.MADE_NAME,)},
        idle_beside=["data"],
    )
    data: str | None = data_option(
        None,
        "stories: a file in the format of bAbI, JSON lines, or a folder of such files",
        path=True,
    )
    tasks: str | None = data_option(
        None, "kinds of questions, with commas between: 1,2,3 or qa1,qa2; none: all"
    )
    validation: float = data_option(
        0.1, "share of the questions to choose the epoch by", above=0, below=1
    )
    test: float = data_option(
        0.1, "share to measure on, where there is no test part", above=0, below=1
    )
    unit: str = data_option("word", "tokens of sentences", UNITS)
    hops: int = network_option(3, "times that the memory is read", least=1, most=100)
    embedding_dim: int = network_option(50, "size of all vectors", least=1)
    memory_size: int = network_option(
        50, "sentences that are read, the latest ones", least=1
    )
    weights: str = network_option("adjacent", "what the hops share", MEMORY_WEIGHTS)
    sentences: str = network_option(
        "position",
        "how a sentence is a vector; also the name of any cell",
        corpora.SENTENCES,
    )
    temporal: bool = network_option(True, "vectors of the sentences' ages")
    blanks: float = network_option(
        0.1, "share of sentences that training puts a blank before", least=0, below=1
    )
    dropout: float = network_option(
        0.0, "share dropped of what the answer is made of", least=0, below=1
    )
    linear_epochs: int = option(
        0, "epochs without the softmax over sentences, at the beginning", least=0
    )
    batch_size: int = option(32, "questions a training step", least=1)
