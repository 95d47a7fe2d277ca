"""What a language model offers to the searches of other tasks."""

from collections.abc import Sequence
from typing import NamedTuple

from seqzoo.decoding.tokens import Tokens


class Continuations(NamedTuple):
    """A language model as a search asks it.

    Attributes:
        tokens: the model over numbered tokens.
        words: what each token is written as.
        of_characters: whether a token is a character; else it is a word.
        lowercase: whether it knows small letters alone.
        begin, end: the tokens in front of a line and behind it.
        unknown: the token of everything that has none.
    """

    tokens: Tokens
    words: Sequence[str]
    of_characters: bool
    lowercase: bool
    begin: str
    end: str
    unknown: str
