"""Plans of batches, rows of like length together, and the batches on `tf.data`."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

POOL = 50  # batches sorted by length together: little padding, and still a shuffle


PREFETCH = 4


def plan(
    lengths: np.ndarray, batch_size: int, seed: int | None, epoch: int = 0
) -> list[np.ndarray]:
    """Row numbers of each batch of an epoch, every row once, rows of like length together.

    Args:
        lengths: (rows,).
        batch_size: rows a batch; the last may have fewer.
        seed: None for evaluation: no shuffling.
        epoch: from 0; each has an order of its own.
    """
    order = np.arange(len(lengths))
    generator = None if seed is None else np.random.default_rng((seed, epoch))
    if generator is not None:
        generator.shuffle(order)
    batches = []
    for start in range(0, len(order), POOL * batch_size):
        pool = order[start : start + POOL * batch_size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    if generator is not None:
        generator.shuffle(batches)
    return batches


def plan_tokens(
    lengths: np.ndarray, budget: int, seed: int, epoch: int = 0
) -> list[np.ndarray]:
    """Row numbers of each batch of an epoch, as many rows in one as its padded tokens allow.

    Args:
        lengths: (rows, 2), of source and target: rows alike in both stand together.
        budget: rows times the longest of both sides at most; a single longer row makes a batch.
        seed, epoch: as in `plan`.
    """
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(len(lengths))
    pool = max(POOL * int(budget / lengths.max(axis=1).mean()), 1)
    batches = []
    for start in range(0, len(order), pool):
        rows = order[start : start + pool]
        rows = rows[np.lexsort((lengths[rows, 0], lengths[rows, 1]))]
        first, longest = 0, 0
        for place, row in enumerate(rows):
            longest = max(longest, int(lengths[row].max()))
            if place > first and (place - first + 1) * longest > budget:
                batches.append(rows[first:place])
                first, longest = place, int(lengths[row].max())
        batches.append(rows[first:])
    return [batches[i] for i in generator.permutation(len(batches))]


def batches(rows: Callable[[], Iterator[tuple]], *specs: tuple) -> Any:
    """A `tf.data.Dataset` of tuples of arrays, prefetched.

    Args:
        rows: makes an iterator of the batches.
        specs: shape and dtype of each array in a batch; None where a size varies.
    """
    import tensorflow as tf

    signature = tuple(tf.TensorSpec(shape, dtype) for shape, dtype in specs)
    return tf.data.Dataset.from_generator(rows, output_signature=signature).prefetch(
        PREFETCH
    )


def shard(rows: np.ndarray, index: int, count: int) -> np.ndarray:
    """One worker's rows of a batch: every `count`-th; where none is left for it, the first, not to count."""
    return rows[index::count] if index < len(rows) else rows[:1]
