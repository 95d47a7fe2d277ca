"""How unlikely a network found the characters of poems, each read by itself."""

from collections.abc import Sequence

import numpy as np

from seqzoo.engine import for_groups
from seqzoo.tasks.language.inference import Reading
from seqzoo.text.vocabulary import EOS


def losses_of(reading: Reading, poems: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The losses of ids in nats, float32 (time,) of each poem.

    A network that begins inside a poem may never find its place in the form again: one row of a stream had
    three times the loss of the others. So each begins behind an end.

    Args:
        reading: the network.
        poems: ids, int32 (time,) each, with their conditions and ends.
    """
    found: dict[int, np.ndarray] = {}  # place -> losses

    def read(rows: list[int]) -> None:
        every = reading.texts([poems[row] for row in rows])
        found.update(zip(rows, every, strict=True))

    for_groups(reading.network, read, [len(each) for each in poems])
    return [found[row] for row in range(len(poems))]


def poems_in(ids: np.ndarray) -> list[np.ndarray]:
    """The poems of running text, int32 (time,) each, ends included.

    Args:
        ids: int32 (time,).
    """
    poems = np.split(ids, np.flatnonzero(ids == EOS) + 1)
    return [poem for poem in poems if len(poem)]
