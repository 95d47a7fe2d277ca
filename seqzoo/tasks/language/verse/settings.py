"""What can be set of the training of a model of verse."""

from dataclasses import dataclass

from seqzoo.config import data_option, default
from seqzoo.datasets.verse.simplified import CONVERTERS
from seqzoo.tasks.language import settings
from seqzoo.tasks.language.verse import corpora


@dataclass(frozen=True)
class Settings(settings.Settings):
    """A language model's settings, and those of verse; each field says what it is."""

    dataset: str = data_option(
        corpora.FORTUNES, "the corpus", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "poems: JSON of chinese-poetry or CCPC, fortunes, a poem a line; or a folder of such files",
        path=True,
    )
    pattern: str = data_option("*", "which files of the folder are trained on: tang*, say")
    simplified: str = data_option(
        "none", "turn characters into simplified ones", CONVERTERS
    )
    condition_dropout: float = data_option(
        0.2, "share of poems read without their title, or dynasty", least=0, below=1
    )
    unit: str = data_option(
        "character", "what a token is; of verse a character", ["character"]
    )
    minimum_count: int = data_option(3, "rarer characters are unknown", least=1)
    lowercase: bool = default(settings.Settings, "lowercase", False)
