"""What can be set of taggers."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.tasks.form_options import BY_NAME, TextOptions
from seqzoo.tasks.options import Options

TOKENS = f"the column, or key, of the tokens: a name, or a place from 1; {BY_NAME}"
TAGS = f"the column, or key, of the tags or spans: a name, or a place from 1; {BY_NAME}"
_WORDS = "a file of words that are kept whole, or, with a weight behind them, are likelier"
MODES = ("words", "search")
SENTENCES = f"the column that says which sentence a row is of; {BY_NAME}"


@dataclass(frozen=True)
class SegmenterOptions(Options):
    """What can be set of a segmenter's answer."""

    words: str | None = option(None, _WORDS, served=False)
    mode: str = option("words", "search: long words also in parts", MODES)


@dataclass(frozen=True)
class TokenOptions(TextOptions):
    """The form of a file of texts or tokens, as `predict` and `doctor` read it."""

    token_column: str | None = option(None, TOKENS)
    tag_column: str | None = option(None, TAGS)
    sentence_column: str | None = option(None, SENTENCES)
    tokens: bool = option(False, "texts are ready tokens with spaces between")


@dataclass(frozen=True)
class WordOptions(FormSettings, Options):
    """What can be set of `seqzoo evaluate` for word segmenters."""

    words: str | None = option(None, _WORDS)
    known_words: str | None = option(None, "a file of known words, to tell unknown ones by")
    token_column: str | None = option(None, TOKENS)
    tag_column: str | None = option(None, TAGS)


@dataclass(frozen=True)
class EntityOptions(TextOptions):
    """What can be set of `seqzoo evaluate` for entity taggers."""

    token_column: str | None = option(None, TOKENS)
    tag_column: str | None = option(None, TAGS)
    sentence_column: str | None = option(None, SENTENCES)
    map: str | None = option(
        None,
        "labels of the file as the model names them: PER=person,LOC=place; MISC=O: none",
    )
