"""Plans of batches that training changes by chance."""

from typing import NamedTuple

import numpy as np

from seqzoo.pipeline.prepared import Prepared


class Batch(NamedTuple):
    """A training batch in a plan.

    Attributes:
        rows: numbers of the examples, int64 (batch,).
        draw: seeds what training changes of them; a resumed run draws the same.
    """

    rows: np.ndarray
    draw: tuple[int, ...]


def seeded(planned: list[np.ndarray], seed: int, epoch: int) -> list[Batch]:
    """Batches of an epoch, each with a seed of its own.

    Args:
        planned: row numbers of each batch.
        seed: of the training.
        epoch: from 0.
    """
    return [Batch(rows, (seed, epoch, number)) for number, rows in enumerate(planned)]


class Drawn(Prepared):
    """Prepared data whose plans are of `Batch`."""

    def shard(self, planned: list, index: int, count: int) -> tuple[list, list[bool]]:
        """One worker's part of a plan, which draws on its own; see `Prepared.shard`."""
        rows, real = super().shard([each.rows for each in planned], index, count)
        draws = [(*each.draw, index) for each in planned]
        return [Batch(*both) for both in zip(rows, draws, strict=True)], real
