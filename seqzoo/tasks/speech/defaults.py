"""What a recognizer's settings are where the user leaves them to the number of utterances.

A few dozen utterances give few steps an epoch. In batches of 16, with much noise and much hidden, a network
has learned nothing of them when it stops. A large network knows them by heart.
"""

from typing import Any, NamedTuple

from seqzoo.artifact import Artifact
from seqzoo.artifact.finished import find

NETWORK = ("units", "num_layers", "stack")


class Size(NamedTuple):
    """The settings of a training part of up to so many utterances.

    Attributes:
        utterances: at most so many; None: any number.
        batch_size, epochs, patience: the settings of these names.
        dropout, reorder, noise, time_masks, frequency_masks: the settings of these names.
        units, num_layers, stack: the settings of these names.
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
    units: int
    num_layers: int
    stack: int


SIZES = (
    Size(50, 4, 100, 100, 0.1, 0.5, 0.1, 0, 0, 64, 2, 4),
    Size(200, 4, 200, 200, 0.1, 0.5, 0.1, 0, 0, 128, 3, 3),
    Size(None, 16, 60, 60, 0.4, 0.0, 0.3, 2, 2, 128, 3, 3),
)


def by_size(utterances: int, begin_with: str | None = None) -> dict[str, Any]:
    """The settings that suit a training part of so many utterances, by name.

    Args:
        utterances: their number.
        begin_with: a recognizer, by folder or name, whose network it is then.

    Raises:
        InputError: if there is no such recognizer.
    """
    for size in SIZES:
        if size.utterances is None or utterances <= size.utterances:
            found = {name: getattr(size, name) for name in Size._fields[1:]}
            return found | (_network_of(begin_with) if begin_with is not None else {})
    raise AssertionError("the last size is for any number of utterances")


def _network_of(name: str) -> dict[str, Any]:
    """The settings of a trained recognizer's network that are left to the number of utterances."""
    arguments = Artifact(find(name)).config["model"]["arguments"]
    return {each: arguments[each] for each in NETWORK if each in arguments}
