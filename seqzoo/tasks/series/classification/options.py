"""What can be set of a series classifier's answers, and of `seqzoo evaluate` for it."""

from dataclasses import dataclass

from seqzoo.config import default, option
from seqzoo.datasets.reading.settings import EncodingSettings, FormSettings
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class AnswerOptions(Options):
    """What can be set of an answer."""

    effect: bool = option(
        False,
        "give the series, and how far the label's probability falls without each stretch of it",
    )


@dataclass(frozen=True)
class MeasureOptions(EncodingSettings, Options):
    """What can be set of `seqzoo evaluate`: the form of a table of series."""

    delimiter: str | None = default(FormSettings, "delimiter", None)
    columns: str | None = default(FormSettings, "columns", None)
