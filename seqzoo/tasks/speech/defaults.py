"""What a recognizer's settings are where the user leaves them to the number of utterances.

A few dozen utterances give few steps an epoch. In batches of 16, with much noise and much hidden, a network
has learned nothing of them when it stops.
"""

from typing import Any, NamedTuple


class Size(NamedTuple):
    """The settings of a training part of up to so many utterances.

    Attributes:
        utterances: at most so many; None: any number.
        batch_size, epochs, patience: the settings of these names.
        dropout, reorder, noise, time_masks, frequency_masks: the settings of these names.
    """

    utterances: int | None
    batch_size: int
    epochs: int
    patience: int
    dropout: float
    reorder: float
    noise: float
    time_masks: int
    frequency_masks: int


SIZES = (
    Size(200, 4, 200, 200, 0.1, 0.5, 0.1, 0, 0),
    Size(None, 16, 60, 60, 0.4, 0.0, 0.3, 2, 2),
)


def by_size(utterances: int) -> dict[str, Any]:
    """The settings that suit a training part of so many utterances, by name."""
    for size in SIZES:
        if size.utterances is None or utterances <= size.utterances:
            return {name: getattr(size, name) for name in Size._fields[1:]}
    raise AssertionError("the last size is for any number of utterances")
