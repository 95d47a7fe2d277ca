"""What can be said of the form of tables of series."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class TableOptions(FormSettings, Options):
    """The form of a table of series, as `evaluate` reads it."""

    time_format: str | None = option(
        None, "of the times: as strptime takes it, or unix; none: as in training"
    )
