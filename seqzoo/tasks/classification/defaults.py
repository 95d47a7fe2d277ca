"""What a classifier's settings are where the user leaves them to the size of the corpus.

All such numbers stand here. How they were chosen is told in `docs/results.md`, "Small and short texts".
"""

from typing import Any, NamedTuple


class Size(NamedTuple):
    """The settings of a training part of up to so many texts.

    Attributes:
        texts: at most so many; None: more than all others.
        the rest: the settings of these names.
    """

    texts: int | None
    batch_size: int
    epochs: int
    patience: int
    learning_rate: float
    dropout: float
    embedding_dropout: float
    token_dropout: float


SIZES = (
    Size(2_000, 32, 10, 10, 0.005, 0.5, 0.4, 0.2),
    Size(15_000, 64, 6, 6, 0.0075, 0.5, 0.4, 0.2),
    Size(None, 64, 3, 2, 0.0075, 0.38, 0.26, 0.09),
)
# Up to so many training tokens, a word that comes once is learned, too.
RARE_WORDS = 500_000
NAMES = (*Size._fields[1:], "minimum_count", "vocabulary_size")


def by_size(texts: int, tokens: int) -> dict[str, Any]:
    """The settings that suit a training part, by name: those of `NAMES`.

    Args:
        texts: of the training part.
        tokens: in them.
    """
    size = next(each for each in SIZES if each.texts is None or texts <= each.texts)
    chosen = size._asdict()
    del chosen["texts"]
    minimum_count = 1 if tokens <= RARE_WORDS else 2
    vocabulary_size = 30_000
    return chosen | {"minimum_count": minimum_count, "vocabulary_size": vocabulary_size}
