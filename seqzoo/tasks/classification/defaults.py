"""What a classifier's settings are where the user leaves them to the size of the corpus.

All such numbers stand here; `docs/sizes.md` explains them and says how they were chosen.
"""

from typing import Any, NamedTuple


class Size(NamedTuple):
    """The settings of a training part of up to so many texts.

    Attributes:
        texts: at most so many; None: any number.
        batch_size, epochs, optimizer, learning_rate, dropout, embedding_dropout, token_dropout: the settings
            of these names.
    """

    texts: int | None
    batch_size: int
    epochs: int
    optimizer: str
    learning_rate: float
    dropout: float
    embedding_dropout: float
    token_dropout: float


class Words(NamedTuple):
    """The settings of a training part of up to so many tokens.

    Attributes:
        tokens: at most so many; None: any number.
        minimum_count, vocabulary_size: the settings of these names.
    """

    tokens: int | None
    minimum_count: int
    vocabulary_size: int


SIZES = (
    Size(2_000, 32, 8, "lazy_adam", 0.0075, 0.38, 0.26, 0.09),
    Size(15_000, 64, 6, "lazy_adam", 0.0075, 0.38, 0.26, 0.09),
    Size(None, 64, 3, "adam", 0.0075, 0.38, 0.26, 0.09),
)
WORDS = (
    Words(2_000_000, 1, 30_000),
    Words(None, 2, 30_000),
)
LEAST_PATIENCE = 2


def by_size(texts: int, tokens: int, epochs: int | None = None) -> dict[str, Any]:
    """The settings that suit a training part, by name.

    The learning rate falls linearly over the epochs, and the last, slow ones score best. So patience is half
    of the epochs: a run never stops while its rate is above a half.

    Args:
        texts: of the training part.
        tokens: in them.
        epochs: that the user wants; None: those that suit.
    """
    size = next(each for each in SIZES if each.texts is None or texts <= each.texts)
    words = next(each for each in WORDS if each.tokens is None or tokens <= each.tokens)
    chosen = size._asdict() | words._asdict()
    del chosen["texts"], chosen["tokens"]
    half = (epochs or size.epochs) // 2
    return chosen | {"patience": max(half, LEAST_PATIENCE)}
