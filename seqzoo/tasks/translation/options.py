"""What can be set of translations: how they are searched for."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import EncodingSettings, FormSettings
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.tasks.beam_options import OWN, beam_size, length_penalty
from seqzoo.tasks.demand_options import DemandOptions
from seqzoo.tasks.form_options import BY_NAME


@dataclass(frozen=True)
class SearchOptions(DemandOptions):
    """What can be set of a beam search; each field says what it is, and None stands for the model's own."""

    beam_size: int | None = beam_size()
    length_penalty: float | None = length_penalty("translations")
    coverage_penalty: float = option(
        0.0,
        "how far translations that leave out parts are disfavoured (Wu et al. 2016)",
        least=0,
        served=False,
    )
    min_length: int | None = option(
        None, f"pieces of a translation at least; {OWN}", least=0, served=False
    )
    max_length: int | None = option(
        None,
        "pieces at most; none: twice as many as in training, plus 10",
        least=1,
        served=False,
    )
    no_repeat_ngram: int | None = option(
        None,
        f"no so many pieces come twice in a translation; 0: they may; {OWN}",
        least=0,
        served=False,
    )
    repetition_penalty: float | None = option(
        None,
        f"how far pieces that have come are disfavoured (Keskar et al. 2019); 1: not; {OWN}",
        least=1,
        served=False,
    )
    groups: int = option(
        1,
        "parts of the beam, each kept apart from those before it (Vijayakumar et al. 2016)",
        least=1,
        served=False,
    )
    diversity: float | None = option(
        None,
        "how far a group keeps from the pieces of those before it; none: 0.5",
        least=0,
        served=False,
    )
    temperature: float | None = option(
        None, f"of draws: below 1 likelier, above 1 wilder; {OWN}",
        least=LEAST_TEMPERATURE, most=MOST_TEMPERATURE, served=False,
    )  # fmt: skip
    top_k: int | None = option(
        None, f"draw from so many of the likeliest; {OWN}", least=1, served=False
    )
    top_p: float | None = option(
        None,
        f"draw from the likeliest that sum to it; {OWN}",
        above=0,
        most=1,
        served=False,
    )
    seed: int | None = option(
        None,
        f"draw translations, not search for them; {OWN}, and with a beam size: search",
        least=0,
        served=False,
    )
    reverse_model: str | None = option(
        None,
        "folder of a model trained with --swap: how likely the text is behind a translation counts, too "
        "(Li et al. 2016)",
        served=False,
    )
    reverse_weight: float | None = option(
        None, "its share of the score; none: 0.5", least=0, most=1, served=False
    )
    candidates: int | None = option(
        None, "translations that it ranks; none: 10", least=1, most=1000, served=False
    )


@dataclass(frozen=True)
class ManyOptions(SearchOptions):
    """What can be set of an answer beside the search."""

    n_best: int = option(
        1, "translations of each text, with their scores", least=1, most=1000, served=16
    )
    alignments: bool = option(False, "what each piece of a translation attended to")


@dataclass(frozen=True)
class TranslationOptions(ManyOptions):
    """What can be set of a translation: the search, and what the answer holds."""

    split_sentences: bool = option(
        True,
        "translate the sentences of a text one by one, if the model was trained on single ones",
    )


@dataclass(frozen=True)
class DialogueOptions(ManyOptions):
    """What can be set of an answer: the search, and what the answer holds."""


@dataclass(frozen=True)
class MeasureOptions(FormSettings, SearchOptions):
    """What can be set of `seqzoo evaluate` for translators: the search, and the references."""

    references: str | None = option(
        None, "translations of the lines of --data; none: it has them too"
    )
    source_column: str | None = option(
        None, f"the column of the texts: a name, or a place from 1; {BY_NAME}"
    )
    target_column: str | None = option(
        None, f"the column of the translations: a name, or a place from 1; {BY_NAME}"
    )


@dataclass(frozen=True)
class DialogueMeasureOptions(EncodingSettings, SearchOptions):
    """What can be set of `seqzoo evaluate` for models that answer: the search."""

    leave_out: str | None = option(
        None, "a file of dialogues: those of --data that stand in it are left out"
    )
