"""What a classifier's settings are where the user leaves them to the size of the corpus.

All such numbers stand here; `docs/guide/sizes.md` explains them and says how they were chosen.
"""

from typing import Any, NamedTuple


class Size(NamedTuple):
    """The settings of a training part of up to so many texts, for a training of so many epochs or more.

    Attributes:
        texts: at most so many; None: any number.
        batch_size, epochs, average, optimizer, learning_rate, dropout, embedding_dropout, token_dropout,
            adversarial: the settings of these names.
    """

    texts: int | None
    batch_size: int
    epochs: int
    average: int
    optimizer: str
    learning_rate: float
    dropout: float
    embedding_dropout: float
    token_dropout: float
    adversarial: float


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
    Size(15_000, 64, 8, 3, "lazy_adam", 0.0075, 0.2, 0.1, 0.0, 0.2),
    Size(None, 64, 3, 1, "adam", 0.0075, 0.38, 0.26, 0.09, 0.0),
)
WORDS = (
    Words(2_000_000, 1, 30_000),
    Words(None, 2, 30_000),
)


def by_size(texts: int, tokens: int, epochs: int | None = None) -> dict[str, Any]:
    """The settings that suit a training part, by name.

    Patience is as long as the training, so that no run stops early: the learning rate falls linearly over the
    epochs, and a run that stops at half of them has never been trained at the low rates that score best.

    Args:
        texts: of the training part.
        tokens: in them.
        epochs: that the user wants; None: those that suit.
    """
    size = next(each for each in SIZES if _fits(each, texts, epochs))
    words = next(each for each in WORDS if each.tokens is None or tokens <= each.tokens)
    chosen = size._asdict() | words._asdict()
    del chosen["texts"], chosen["tokens"]
    return chosen | {"patience": epochs or size.epochs}


def _fits(size: Size, texts: int, epochs: int | None) -> bool:
    """Whether a row is for so many texts, and the user leaves it the epochs that it takes."""
    if size.texts is None:
        return True
    return texts <= size.texts and (epochs is None or epochs >= size.epochs)
