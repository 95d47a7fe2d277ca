"""What each stretch of a series did for the answer: the probability without it (Zeiler & Fergus 2014)."""

from collections.abc import Sequence

import numpy as np

from seqzoo.tasks.series.classification.inference import Inference

STRETCHES = 32  # of a series at most


def effects(
    inference: Inference,
    series: Sequence[np.ndarray],
    static: np.ndarray,
    probabilities: np.ndarray,
) -> list[np.ndarray]:
    """How far the probability of each series' label falls without a stretch of it.

    The stretch has 0, the mean of the training, in all channels. Below 0 the probability rises.

    Args:
        inference: the network.
        series: float32 (time, channels) each, scaled, without gaps.
        static: float32 (series, static), scaled; it stays.
        probabilities: of the whole series, float32 (series, classes).

    Returns:
        For each series float64 (time,), the same number for all steps of a stretch.
    """
    found = []
    for values, own, whole in zip(series, static, probabilities, strict=True):
        label = int(whole.argmax())
        size = -(-len(values) // STRETCHES)
        begins = range(0, len(values), size)
        without = []
        for begin in begins:
            hidden = values.copy()
            hidden[begin : begin + size] = 0
            without.append(hidden)
        rows = inference(without, np.tile(own, (len(without), 1)))
        fallen = whole[label] - rows[:, label].astype(np.float64)
        found.append(np.repeat(fallen, size)[: len(values)])
    return found
