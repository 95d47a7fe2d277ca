"""What a tagger's settings are where the user leaves them to the corpus.

A few thousand sequences in batches of 32 give so few steps that a tagger has hardly begun when it stops.
"""

from typing import Any, NamedTuple


class Size(NamedTuple):
    """The settings of a training part of up to so many pieces.

    Attributes:
        pieces: at most so many; None: any number.
        batch_size, epochs, patience: the settings of these names.
    """

    pieces: int | None
    batch_size: int
    epochs: int
    patience: int


SIZES = (
    Size(5_000, 8, 20, 20),
    Size(None, 32, 8, 4),
)


def by_size(pieces: int, epochs: int | None = None) -> dict[str, Any]:
    """The settings that suit a training part, by name.

    Args:
        pieces: of the training part.
        epochs: that the user wants; fewer than a row has leave its other settings no time.
    """
    for size in SIZES:
        fits = size.pieces is None or pieces <= size.pieces
        if fits and (size.pieces is None or epochs is None or epochs >= size.epochs):
            return {name: getattr(size, name) for name in Size._fields[1:]}
    raise AssertionError("the last size is for any number of pieces")
