"""What can be set of taggers."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class WordOptions(Options):
    """What can be set of `seqzoo evaluate` for word segmenters."""

    words: str | None = option(None, "a file of known words, to tell unknown ones by")
