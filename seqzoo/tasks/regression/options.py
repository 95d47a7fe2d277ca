"""What can be set of `seqzoo evaluate` for regressors."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.form_options import BY_NAME, TextOptions


@dataclass(frozen=True)
class MeasureOptions(TextOptions):
    """What can be set of `seqzoo evaluate` for regressors: how the file is read."""

    number_column: str | None = option(
        None, f"the column of the numbers: a name, or a place from 1; {BY_NAME}"
    )
