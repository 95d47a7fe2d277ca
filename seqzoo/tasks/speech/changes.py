"""What training does to utterances: words in another order, noise, hidden parts."""

from typing import NamedTuple

import numpy as np

from seqzoo.datasets.audio import augment
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.pauses import pauses
from seqzoo.pipeline.encoded import Encoded

FRAMES, LABELS = "frames", "labels"  # columns


class Changes(NamedTuple):
    """How utterances are changed; see `Settings`."""

    reorder: float = 0.0
    noise: float = 0.0
    time_masks: int = 0
    time_mask: int = 1
    frequency_masks: int = 0
    frequency_mask: int = 1
    easy_epochs: int = 0

    def disturbed(
        self, frames: np.ndarray, levels: int, draw: np.random.Generator
    ) -> np.ndarray:
        """Frames (time, features) of an utterance, with noise and hidden parts.

        Args:
            frames: float32 (time, features); not changed.
            levels: 1 and the orders of slopes beside each feature.
            draw: drawn from.
        """
        if self.noise:
            frames = augment.noisy(frames, self.noise, draw)
        return augment.masked(
            frames,
            draw,
            time_masks=self.time_masks,
            longest=self.time_mask,
            frequency_masks=self.frequency_masks,
            widest=self.frequency_mask,
            levels=levels,
        )


def pauses_of(train: Encoded, front_end: FrontEnd, space: int) -> list[np.ndarray | None]:
    """The pauses between the words of each utterance; see `pauses`.

    Args:
        train: columns `frames`, float32 (time, features) a row, and `labels`, int32 (symbols,) a row.
        front_end: made the frames.
        space: the symbol between words.
    """
    words = [1 + int((each == space).sum()) for each in train.each(LABELS)]
    return [
        pauses(front_end.loudness(each), count, front_end.hop)
        for each, count in zip(train.each(FRAMES), words, strict=True)
    ]
