"""What can be set of answers to questions about stories."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class AnswerOptions(Options):
    """What can be set of an answer."""

    n_best: int = option(
        1, "answers of each question, with their shares", least=1, most=1000, served=16
    )
    attention: bool = option(False, "how much each hop read of each sentence")


@dataclass(frozen=True)
class MeasureOptions(Options):
    """What can be set of `seqzoo evaluate` for stories."""

    tasks: str | None = option(
        None, "kinds of questions, with commas between: 1,2,3 or qa1,qa2; none: all"
    )
