"""What can be said of the form of files that commands read."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.tasks.options import Options

BY_NAME = "none: by its name, or as in training"


@dataclass(frozen=True)
class TextOptions(FormSettings, Options):
    """The form of a file of texts, as `predict` and `doctor` read it."""

    text_column: str | None = option(
        None, f"the column of the texts: a name, or a place from 1; {BY_NAME}"
    )
