"""What a language model's settings are where the user leaves them to the corpus."""

PER_COUNT = 100_000  # characters of the training text for one that a character must come
MOST = 100  # and no more are asked for
FEW_WORDS = 200_000  # of the training text, below which a word must come twice


def minimum_count(unit: str, tokens: int) -> int:
    """How often a token must come to have an id of its own.

    The rarest tokens cannot be learnt, but what is unknown cannot be told apart: a count of 100, which suits
    ten million characters of source code, left a third of a small Chinese text unknown.

    Args:
        unit: what a token is.
        tokens: of the training text.
    """
    if unit == "character":
        return min(MOST, max(2, tokens // PER_COUNT))
    return 2 if tokens < FEW_WORDS else 3
