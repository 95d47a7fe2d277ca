"""What can be set of the training of a translator over turns. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, default, network_option
from seqzoo.datasets.reading.settings import EncodingSettings
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.tasks.translation.dialogue import corpora
from seqzoo.tasks.translation.dialogue.naive import BASELINES
from seqzoo.tasks.translation.settings import TranslatorSettings

DRAWN = {"draw": (True,)}


@dataclass(frozen=True)
class Settings(EncodingSettings, TranslatorSettings):
    """What can be set of the training of a model that answers; each field says what it is."""

    dataset: str = data_option(
        "chatterbot-corpus", "the corpus", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "dialogues: a file with one a line and tabs between turns, JSON lines with turns, YAML as "
        "chatterbot-corpus has it; or a folder with a file for each part",
        path=True,
    )
    context: int = data_option(3, "turns that an answer is for, at most", least=1)
    validation: float = default(TranslatorSettings, "validation", 0.1)
    test: float = default(TranslatorSettings, "test", 0.1)
    vocabulary: int = default(TranslatorSettings, "vocabulary", 8000)
    joint: bool = default(TranslatorSettings, "joint", True)
    share_embeddings: bool = default(TranslatorSettings, "share_embeddings", True)
    label_smoothing: float = default(TranslatorSettings, "label_smoothing", 0.0)
    batch_tokens: int = default(TranslatorSettings, "batch_tokens", 4000)
    length_penalty: float = default(TranslatorSettings, "length_penalty", 0.0)
    hierarchical: bool = network_option(
        False, "a second encoder, over turns (Serban et al. 2016)"
    )
    no_repeat_ngram: int = data_option(
        0, "no so many pieces come twice in an answer; 0: they may", least=0
    )
    repetition_penalty: float = data_option(
        1.0, "how far pieces that have come are disfavoured (Keskar et al. 2019)", least=1
    )
    draw: bool = data_option(
        True, "draw answers by the seed, not search for them; else by --beam-size"
    )
    temperature: float = data_option(
        0.8, "below 1 likelier, above 1 wilder",
        least=LEAST_TEMPERATURE, most=MOST_TEMPERATURE, needs=DRAWN,
    )  # fmt: skip
    top_p: float | None = data_option(
        0.9, "draw from the likeliest that sum to it", above=0, most=1, needs=DRAWN
    )
    baseline: str = data_option("nearest", "the naive answers to compare with", BASELINES)
