"""What can be set of a recognizer's answers, and of `seqzoo evaluate` for it."""

from dataclasses import dataclass, fields

from seqzoo.config import flag, option
from seqzoo.errors import InputError
from seqzoo.tasks.options import Options

MOST_BEAMS = 64  # that a server grants


@dataclass(frozen=True)
class SearchOptions(Options):
    """How a transcript is found."""

    beam_size: int = option(
        1,
        "prefixes that the search keeps; 1: the likeliest symbol of each step",
        least=1,
        most=1000,
        served=MOST_BEAMS,
    )
    language_model: str | None = option(
        None,
        "for a search: an ARPA file of words, or a trained language model, by folder or name; none: n-grams "
        "of the training's transcripts",
        served=False,
    )
    language_weight: float = option(
        0.5, "of the language model's logarithms in a search; 0: none", least=0
    )
    word_bonus: float = option(0.5, "is added for each word of a search")

    def check(self) -> None:
        """Refuse values out of range, and those of a search where there is none.

        Raises:
            InputError: naming the first.
        """
        super().check()
        for field in fields(SearchOptions):
            if self.beam_size == 1 and getattr(self, field.name) != field.default:
                raise InputError(
                    f"--{flag(field.name)}: it is for a search; expected --beam-size 2 or more"
                )


@dataclass(frozen=True)
class AnswerOptions(SearchOptions):
    """What can be set of an answer."""

    posteriors: bool = option(
        False, "give the probability of each symbol at each step, too"
    )


@dataclass(frozen=True)
class MeasureOptions(SearchOptions):
    """What can be set of `seqzoo evaluate`."""
