"""Prepared data of language models: encoded streams of running text."""

import functools
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from seqzoo import models
from seqzoo.datasets import Passage, Splits
from seqzoo.errors import InputError
from seqzoo.pipeline import remarks
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import ABOUT, PARTS, Prepared, ready
from seqzoo.pipeline.stream import Stream
from seqzoo.system.files import read_json
from seqzoo.tasks.familiarity import LIKELIHOODS, hundredths, spread
from seqzoo.tasks.language import defaults, naive
from seqzoo.tasks.language.inference import Reading
from seqzoo.text.running import LINE_BREAK, Unit
from seqzoo.text.vocabulary import EOS, UNK, Vocabulary, counted

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


LONGEST = 512  # tokens of a line of which the likelihood is kept


class RunningText(Prepared):
    """Encoded streams of the three parts, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_size, steps, vary_steps, seed: of the training chunks.
        baseline: one of `naive.BASELINES`.
    """

    counted = "tokens"

    def __init__(
        self,
        folder: Path,
        batch_size: int,
        steps: int,
        vary_steps: bool,
        seed: int,
        baseline: str = "none",
    ):
        super().__init__(folder)
        self.baseline = baseline
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
        minimum_count: int | None,
        vocabulary: int | None,
        limit: int | None,
        batch_size: int,
        steps: int,
        vary_steps: bool,
        seed: int,
        baseline: str = "none",
    ) -> Self:
        """Read the corpus, count its training part's tokens and encode it; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus, of passages.
            unit: what a token is.
            minimum_count: rarer tokens are unknown; None: see `defaults.minimum_count`.
            vocabulary: ids at most; None: any number.
            limit: training tokens at most; None: all.
            batch_size: rows of the training stream side by side.
            steps: tokens of a row in a chunk.
            vary_steps: whether the number is drawn around `steps`.
            seed: of these draws.
            baseline: see the class.

        Raises:
            InputError: on a part without text, or too short a training part.
        """

        def write(partial: Path) -> dict[str, Any]:
            lines = {part: _tokens(getattr(splits, part), unit) for part in PARTS}
            for part, of_part in lines.items():
                if next(of_part(), None) is None:
                    raise InputError(
                        f"{splits.description}: {part}: expected text; there is none"
                    )
            every_line = lines["train"]
            lines["train"] = lambda: _first(every_line(), limit)
            counts = counted(lines["train"]())
            least = minimum_count or defaults.minimum_count(unit.name, counts.total())
            known = Vocabulary.of_counts(
                counts, minimum_count=least, maximum_size=vocabulary
            )
            known.save(partial / "vocabulary.txt")
            sizes = {
                part: _write_stream(partial, part, lines[part](), known) for part in PARTS
            }
            sizes["vocabulary"] = len(known)
            _tell_unknown(Stream(partial / "validation.ids"), unit)
            text = {"unit": unit.name, "lowercase": unit.lowercase}
            about = {"description": splits.description, "text": text, "sizes": sizes}
            return about | {"minimum_count": least}

        return cls(ready(folder, write), batch_size, steps, vary_steps, seed, baseline)

    def by_size(self, config: Any) -> dict[str, Any]:
        """What a token is, and how often it must come."""
        least = read_json(self.folder / ABOUT).get("minimum_count")
        return {"unit": self._text["unit"], "minimum_count": least}

    def plan(self, epoch: int) -> list[tuple[int, int]]:
        """First step and length of each training chunk of an epoch."""
        varied = np.random.default_rng((self.seed, epoch)) if self.vary_steps else None
        return self.streams["train"].plan(self.batch_size, self.steps, varied)

    def batches(self, planned: list[tuple[int, int]]) -> "tf.data.Dataset":
        """The chunks that a plan, or a part of one, names; see `Stream.batches`."""
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

    def shard(
        self, planned: list[tuple[int, int]], _index: int, _count: int
    ) -> tuple[list[tuple[int, int]], list[bool]]:
        """All of a plan, and True for each chunk: its rows are divided, not its chunks."""
        return planned, [True] * len(planned)

    def infer(self, model: "keras.Model") -> Reading:
        """A model of this data, ready to read."""
        from seqzoo.training.running import KerasNetwork

        return Reading(KerasNetwork(models.stateless_of(model)), len(self.vocabulary))

    def settle(self, model: "keras.Model") -> None:
        """Keep how likely lines of the validation part are; see `seqzoo.tasks.familiarity`."""
        stream = self.streams["validation"]
        lines = lines_of(stream.read(0, len(stream)), self.vocabulary)
        chosen = [lines[place] for place in spread(len(lines))]
        if chosen:
            self._text[LIKELIHOODS] = hundredths(self.inference(model).likelihoods(chosen))

    @functools.cached_property
    def baselines(self) -> list[naive.Counted]:
        """The naive answers, counted at first use; none, if the baseline is none."""
        if self.baseline == "none":
            return []
        return naive.count(self.streams["train"], len(self.vocabulary), self._text["unit"])

    def naive_answers(self, part: str) -> list[Naive]:
        """What tokens by their frequency, and n-grams, score."""
        stream = self.streams[part]
        ids = stream.read(0, len(stream))
        return naive.answers(self.baselines, ids, self._text["unit"], {})

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt`, and the naive answers that are small enough."""
        self.vocabulary.save(folder / "vocabulary.txt")
        for each in self.baselines:
            if each.is_kept:
                each.save(folder / naive.FILES[each.name])


def lines_of(ids: np.ndarray, vocabulary: Vocabulary) -> list[np.ndarray]:
    """The lines of running text, as `predict` reads them: words with `</s>`, characters without a line break.

    Args:
        ids: int32 (time,).
        vocabulary: of the ids.

    Returns:
        ids, int32 (time,) each, at most 512 of a line.
    """
    (break_id,) = vocabulary.ids([LINE_BREAK])
    ends = ids == EOS
    if break_id != UNK:
        ends |= ids == break_id
    lines = np.split(ids, np.flatnonzero(ends) + 1)
    if break_id != UNK:
        lines = [
            line[:-1] if len(line) and line[-1] in (EOS, break_id) else line
            for line in lines
        ]
    return [line[:LONGEST] for line in lines if len(line)]


def _tell_unknown(stream: Stream, unit: Unit) -> None:
    """Print the share of the validation part that is unknown."""
    unknown = remarks.Unknown()
    unknown.add(stream.read(0, len(stream)))
    mends = "a lower --minimum-count or a larger --vocabulary"
    if unit.name != "character":
        mends += "; --unit character; --lowercase"
    remarks.tell(unknown.lines("validation", mends))


def _write_stream(
    folder: Path, part: str, lines: Iterator[list[str]], vocabulary: Vocabulary
) -> int:
    """Write the ids of a part; returns the number of tokens to learn, or to measure on."""
    ids = (vocabulary.encode(line) for line in lines)
    before = [np.array([EOS], np.int32)] if part == "train" else []
    stream = Stream.write(folder / f"{part}.ids", itertools.chain(before, ids))
    return len(stream) - len(before)


def _tokens(
    passages: Callable[[], Iterator[Passage]], unit: Unit
) -> Callable[[], Iterator[list[str]]]:
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
