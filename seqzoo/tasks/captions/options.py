"""What can be set of captions: how they are searched for."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.beam_options import beam_size, length_penalty
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class SearchOptions(Options):
    """What can be set of the search; None stands for the model's own."""

    beam_size: int | None = beam_size()
    length_penalty: float | None = length_penalty("captions")


@dataclass(frozen=True)
class CaptionOptions(SearchOptions):
    """What can be set of a caption: the search, and what the answer holds."""

    n_best: int = option(
        1, "captions of each picture, with their scores", least=1, most=1000, served=16
    )
    alignments: bool = option(False, "where in the picture each token looked")


@dataclass(frozen=True)
class MeasureOptions(SearchOptions):
    """What can be set of `seqzoo evaluate` for captioners."""
