"""Ready tokens of a text, beside texts that are cut into tokens here."""

import itertools
from collections.abc import Sequence

from seqzoo.errors import InputError


class Tokens(str):
    """A text that comes as tokens: these with a space between.

    Attributes:
        tokens: the tokens.
        starts: where each begins in the text.
    """

    tokens: tuple[str, ...]
    starts: tuple[int, ...]

    def __new__(cls, tokens: Sequence[str]) -> "Tokens":
        """A text of some tokens."""
        text = super().__new__(cls, " ".join(tokens))
        text.tokens = tuple(tokens)
        lengths = (len(token) + 1 for token in tokens)
        text.starts = tuple(itertools.accumulate(lengths, initial=0))[:-1]
        return text


def of_list(value: Sequence[object], where: str) -> Tokens:
    """A list of tokens, as JSON has it.

    Args:
        value: the list.
        where: it comes from; begins errors.

    Raises:
        InputError: if one is no token.
    """
    for place, token in enumerate(value):
        if not isinstance(token, str) or not token.strip() or "\0" in token:
            raise InputError(
                f"{where}: expected tokens; number {place + 1} is {token!r:.40}"
            )
    return Tokens([str(token) for token in value])
