"""What can be set of a classifier's answers, and of `seqzoo evaluate` for classifiers."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.form_options import BY_NAME, TextOptions
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class ClassifierOptions(Options):
    """What can be set of an answer."""

    min_confidence: float = option(
        0.0,
        'the label is "unsure" where the likeliest class has a smaller probability',
        least=0,
        most=1,
    )
    top_k: int | None = option(
        None, "probabilities of so many labels alone, the likeliest first", least=1
    )
    threshold: float | None = option(
        None,
        "give a label from this probability on: each of several labels, or the rarer of two; "
        "none: as the training chose",
        least=0,
        most=1,
    )


@dataclass(frozen=True)
class MeasureOptions(TextOptions):
    """What can be set of `seqzoo evaluate` for classifiers: how the file is read."""

    label_column: str | None = option(
        None, f"the column of the labels: a name, or a place from 1; {BY_NAME}"
    )
