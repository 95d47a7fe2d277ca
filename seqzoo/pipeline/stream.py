"""One long sequence of ids on disk, cut into contiguous batches: row i goes on where row i stopped."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches
from seqzoo.system.files import replacing

SHARE_OF_FULL = (
    0.95  # of chunks that are about `steps` long, not half of it, where lengths vary
)
SPREAD, SHORTEST = 5, 5  # these lengths' standard deviation, and the least


class Stream:
    """Ids, int32, in a file.

    Args:
        path: where `write` put them.
    """

    def __init__(self, path: Path):
        self.path = path
        self.size = path.stat().st_size // 4

    def __len__(self) -> int:
        return self.size

    @classmethod
    def write(cls, path: Path | str, parts: Iterable[np.ndarray]) -> "Stream":
        """Write ids, int32 (time,) each, one after the other.

        Args:
            path: of a new file, or one to be overwritten.
            parts: the ids.

        Raises:
            InputError: if there is none.
        """
        path, count = Path(path), 0
        with replacing(path) as file:
            for ids in parts:
                count += file.write(np.asarray(ids, np.int32).tobytes())
            if not count:
                raise InputError(f"{path.stem}: expected text; there is none")
        return cls(path)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Ids from `start` to `stop`, int32; fewer where the stream ends."""
        with open(self.path, "rb") as file:
            return np.frombuffer(
                os.pread(file.fileno(), 4 * (stop - start), 4 * start), np.int32
            )

    def rows(self, batch_size: int) -> int:
        """Ids in each row of a layout, the one after its last not counted.

        Raises:
            InputError: if the stream is too short for it.
        """
        if batch_size < 1:
            raise InputError(f"batch_size: expected at least 1; got {batch_size}")
        length = (len(self) - 1) // batch_size
        if length < 1:
            raise InputError(
                f"{self.path.stem}: {len(self)} tokens; expected more than batch_size, {batch_size}"
            )
        return length

    def plan(
        self, batch_size: int, steps: int, varied: np.random.Generator | None = None
    ) -> list[tuple[int, int]]:
        """First step and number of steps of each chunk: all of every row but a tail shorter than a chunk.

        Args:
            batch_size: rows.
            steps: of a chunk.
            varied: a NumPy generator: lengths are drawn around `steps`, sometimes around half of it
                (Merity et al. 2018, section 5, "variable length").

        Raises:
            InputError: if the stream is too short for one chunk.
        """
        if steps < 1:
            raise InputError(f"steps: expected at least 1; got {steps}")
        length, chunks, start = self.rows(batch_size), [], 0
        while True:
            size = steps
            if varied is not None:
                mean = steps if varied.random() < SHARE_OF_FULL else steps / 2
                size = max(min(SHORTEST, steps), int(varied.normal(mean, SPREAD)))
            if start + size > length:
                break
            chunks.append((start, size))
            start += size
        if not chunks:
            raise InputError(
                f"{self.path.stem}: {len(self)} tokens; expected {batch_size * steps + 1} at least, "
                f"batch_size {batch_size} times {steps} steps"
            )
        return chunks

    def chunk(
        self, batch_size: int, start: int, steps: int, rows: Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Tokens and the same one step on, int32 (rows, steps) each, of some rows or all."""
        length, rows = self.rows(batch_size), range(batch_size) if rows is None else rows
        parts = [
            self.read(row * length + start, row * length + start + steps + 1)
            for row in rows
        ]
        ids = np.stack(parts)
        return ids[:, :-1], ids[:, 1:]

    def batches(
        self,
        batch_size: int,
        planned: list[tuple[int, int]],
        rows: Sequence[int] | None = None,
    ) -> Any:
        """A `tf.data.Dataset` of planned chunks: tokens, the following ones, and 1 for a row's first chunk,
        else 0, int32 (); of some rows or all."""

        import tensorflow as tf

        def chunks():
            for start, steps in planned:
                yield *self.chunk(batch_size, start, steps, rows), np.int32(start == 0)

        height = batch_size if rows is None else len(rows)
        dataset = batches(
            chunks, ((height, None), "int32"), ((height, None), "int32"), ((), "int32")
        )
        return dataset.apply(tf.data.experimental.assert_cardinality(len(planned)))
