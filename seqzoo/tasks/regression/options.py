"""What can be set of `seqzoo evaluate` for regressors."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class MeasureOptions(Options):
    """What can be set of `seqzoo evaluate` for regressors: the columns; None: as in training."""

    text_column: str | None = option(
        None, "the column of the texts: a name, or a place from 1"
    )
    number_column: str | None = option(
        None, "the column of the numbers: a name, or a place from 1"
    )
