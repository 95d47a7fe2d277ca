"""What can be set of taggers."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options

MODES = ("words", "search")
_WORDS = "a file of words that are kept whole, or, with a weight behind them, are likelier"


@dataclass(frozen=True)
class SegmenterOptions(Options):
    """What can be set of a segmenter's answer."""

    words: str | None = option(None, _WORDS, served=False)
    mode: str = option("words", "search: long words also in parts", MODES)


@dataclass(frozen=True)
class WordOptions(Options):
    """What can be set of `seqzoo evaluate` for word segmenters."""

    words: str | None = option(None, _WORDS)
    known_words: str | None = option(None, "a file of known words, to tell unknown ones by")
