"""Examples -> encoded files on disk -> bucketed, right-padded, seeded batches on `tf.data`.

Encoding once to disk keeps memory flat however large the corpus is and makes batches random access:
an epoch's order is a plan of row numbers that follows from seed and epoch alone, so training goes
on from any batch of any epoch without reading what came before.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.errors import InputError
from seqzoo.vocabulary import PAD

POOL = 50  # batches sorted by length together: little padding, and still a shuffle
TIME_MULTIPLE = 8  # padded lengths are rounded up to this
PREFETCH = 4


class Row(NamedTuple):
    """One encoded example: ids int32 (time, columns), its class, and whether it was cut short."""

    ids: np.ndarray
    label: int = 0
    truncated: bool = False


class Encoded:
    """Encoded rows of one split, on disk: `ids` int32, `offsets` int64, `labels` int32.

    Args:
        folder: where `write` put them.

    Attributes:
        lengths: tokens of each row, int32 (rows,).
        labels: class of each row, int32 (rows,).
        info: `examples`, `tokens`, `columns`, `truncated`, and the `sha256` of all that was written.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.info = json.loads((folder / "info.json").read_text("utf-8"))
        self._offsets = np.fromfile(folder / "offsets", np.int64)
        self.lengths = np.diff(self._offsets).astype(np.int32)
        self.labels = np.fromfile(folder / "labels", np.int32)

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def write(cls, folder: Path, rows: Iterable[Row]) -> "Encoded":
        """Write a stream of encoded rows.

        Raises:
            InputError: if there is none.
        """
        folder.mkdir(parents=True, exist_ok=True)
        digest, tokens, truncated, count, columns = hashlib.sha256(), 0, 0, 0, 0
        with (
            open(folder / "ids", "wb") as ids_file,
            open(folder / "offsets", "wb") as offsets_file,
            open(folder / "labels", "wb") as labels_file,
        ):
            offsets_file.write(np.int64(0).tobytes())
            for row in rows:
                ids, label = row.ids.tobytes(), np.int32(row.label).tobytes()
                digest.update(ids + label)
                columns = row.ids.shape[1]
                tokens, count, truncated = tokens + len(row.ids), count + 1, truncated + row.truncated
                ids_file.write(ids)
                offsets_file.write(np.int64(tokens).tobytes())
                labels_file.write(label)
        if not count:
            raise InputError(f"{folder.name}: expected examples; the split is empty")
        info = {"examples": count, "tokens": tokens, "columns": columns, "truncated": truncated}
        info["sha256"] = digest.hexdigest()
        (folder / "info.json").write_text(json.dumps(info), "utf-8")
        return cls(folder)

    def rows(self, indices: np.ndarray, multiple: int = TIME_MULTIPLE) -> tuple[np.ndarray, np.ndarray]:
        """`ids` int32 (rows, time, columns), right-padded with 0 to a multiple, and `labels` int32
        (rows,)."""
        lengths, columns = self.lengths[indices], self.info["columns"]
        ids = np.full((len(indices), round_up(int(lengths.max()), multiple), columns), PAD, np.int32)
        # Plain reads, not a memory map: mapped pages would count as this process's memory.
        with open(self.folder / "ids", "rb") as file:
            for row, (index, length) in enumerate(zip(indices, lengths, strict=True)):
                size = 4 * columns
                data = os.pread(file.fileno(), int(length) * size, int(self._offsets[index]) * size)
                ids[row, :length] = np.frombuffer(data, np.int32).reshape(length, columns)
        return ids, self.labels[indices]


def both_ends(ids: np.ndarray, max_length: int) -> np.ndarray:
    """`ids` cut to `max_length`: the first third and the last two thirds of it.

    A review states its verdict at its end more often than in its middle (Sun et al. 2019, section
    5.3.1, found head and tail together best on IMDB).
    """
    if len(ids) <= max_length:
        return ids
    head = max_length // 3
    return np.concatenate([ids[:head], ids[len(ids) - (max_length - head) :]])


def round_up(length: int, multiple: int = TIME_MULTIPLE) -> int:
    """The padded length for a batch whose longest row is `length`."""
    return -(-length // multiple) * multiple


def plan(lengths: np.ndarray, batch_size: int, seed: int | None, epoch: int = 0) -> list[np.ndarray]:
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


def plan_tokens(lengths: np.ndarray, budget: int, seed: int, epoch: int = 0) -> list[np.ndarray]:
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


def batches(rows: Callable[[], Iterator[tuple]], *specs: tuple):
    """A `tf.data.Dataset` of tuples of int32 arrays, prefetched.

    Args:
        rows: makes an iterator of the batches.
        specs: shape of each array in a batch, None where it varies.
    """
    import tensorflow as tf

    signature = tuple(tf.TensorSpec(shape, tf.int32) for shape in specs)
    return tf.data.Dataset.from_generator(rows, output_signature=signature).prefetch(PREFETCH)


def shard(rows: np.ndarray, index: int, count: int) -> np.ndarray:
    """One worker's rows of a batch: every `count`-th; where none is left for it, the first, not to count."""
    return rows[index::count] if index < len(rows) else rows[:1]
