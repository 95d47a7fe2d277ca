"""Prepared data of language models: encoded streams of running text."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from seqzoo import models
from seqzoo.datasets import Passage, Splits
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.pipeline.stream import Stream
from seqzoo.tasks.language.inference import Reading
from seqzoo.text.running import Unit
from seqzoo.text.vocabulary import EOS, Vocabulary


class RunningText(Prepared):
    """Encoded streams of the three parts, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_size, steps, vary_steps, seed: of the training chunks.
    """

    def __init__(
        self, folder: Path, batch_size: int, steps: int, vary_steps: bool, seed: int
    ):
        super().__init__(folder)
        self.batch_size, self.steps = batch_size, steps
        self.vary_steps, self.seed = vary_steps, seed
        self.rows = range(batch_size)
        self.vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self.streams = {part: Stream(folder / f"{part}.ids") for part in PARTS}

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        unit: Unit,
        *,
        minimum_count: int,
        vocabulary: int | None,
        limit: int | None,
        batch_size: int,
        steps: int,
        vary_steps: bool,
        seed: int,
    ) -> "RunningText":
        """Read the corpus, count its training part's tokens and encode it; or take what is there.

        Raises:
            InputError: on a part without text, or too short a training part.
        """

        def write(partial: Path) -> dict:
            tokens = {part: _tokens(getattr(splits, part), unit) for part in PARTS}
            for part, lines in tokens.items():
                if next(lines(), None) is None:
                    raise InputError(
                        f"{splits.description}: {part}: expected text; there is none"
                    )
            lines = tokens["train"]
            tokens["train"] = lambda: _first(lines(), limit)
            known = Vocabulary.build(
                tokens["train"](), minimum_count=minimum_count, maximum_size=vocabulary
            )
            known.save(partial / "vocabulary.txt")
            sizes = {}
            for part in PARTS:
                ids = (known.encode(line) for line in tokens[part]())
                before = [np.array([EOS], np.int32)] if part == "train" else []
                stream = Stream.write(partial / f"{part}.ids", itertools.chain(before, ids))
                sizes[part] = len(stream) - len(before)  # of tokens that are foretold
            text = {"unit": unit.name, "lowercase": unit.lowercase}
            sizes["vocabulary"] = len(known)
            return {"description": splits.description, "text": text, "sizes": sizes}

        return cls(ready(folder, write), batch_size, steps, vary_steps, seed)

    def plan(self, epoch: int) -> list[tuple[int, int]]:
        """First step and length of each training chunk of an epoch."""
        varied = np.random.default_rng((self.seed, epoch)) if self.vary_steps else None
        return self.streams["train"].plan(self.batch_size, self.steps, varied)

    def batches(self, planned):
        """See `Stream.batches`."""
        return self.streams["train"].batches(self.batch_size, planned, self.rows)

    def divide(self, index: int, count: int) -> None:
        """Keep to one worker's rows.

        Raises:
            InputError: if there are fewer than workers.
        """
        if self.batch_size < count:
            raise InputError(
                f"--batch-size {self.batch_size}: expected {count} at least, a row a worker"
            )
        self.rows = range(index, self.batch_size, count)

    def shard(self, planned, _index: int, _count: int):
        """All of a plan: its rows are divided, not its chunks."""
        return planned, [True] * len(planned)

    def infer(self, model) -> Reading:
        """A model of this data, ready to read."""
        return Reading(models.stateless_of(model))

    def save(self, folder: Path, model) -> None:
        """Write the vocabulary."""
        self.vocabulary.save(folder / "vocabulary.txt")


def _tokens(passages: Callable[[], Iterator[Passage]], unit: Unit):
    """A function like `passages` that gives lists of tokens."""

    def lines() -> Iterator[list[str]]:
        for passage in passages():
            yield from filter(None, unit.lines(passage.text, passage.last))

    return lines


def _first(lines: Iterator[list[str]], limit: int | None) -> Iterator[list[str]]:
    """The first `limit` tokens."""
    for tokens in lines:
        yield tokens if limit is None else tokens[:limit]
        limit = None if limit is None else limit - len(tokens)
        if limit is not None and limit <= 0:
            return
