"""Stories as ids, in three parts, ready to train on."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.datasets.stories.story import Story
from seqzoo.datasets.whole import Read
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, keep, kept, ready
from seqzoo.system.files import read_lines, write_lines
from seqzoo.tasks.stories import naive
from seqzoo.tasks.stories.inference import QUESTION, STORY, Inference, Pair
from seqzoo.tasks.stories.text import ANSWERS, WORDS, Text
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

TARGET = "target"  # column: the class; -1: no training question has that answer


class Batch(NamedTuple):
    """A training batch in a plan: numbers of questions, and whether the network is linear yet."""

    rows: np.ndarray
    linear: bool


class Stories(Prepared):
    """Three parts of questions about stories.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.

    Attributes:
        encoded: part -> its questions.
        text: words and answers.
        linear_epochs: see `Settings`.
    """

    counted = "questions"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.linear_epochs = 0
        self.text = load_text(folder, self.text_settings()["unit"])
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

    @classmethod
    def prepare(
        cls, folder: Path, read: Read, *, unit: str, batch_size: int, seed: int
    ) -> "Stories":
        """Encode and write stories, or take what is there.

        Args:
            folder: of the prepared data.
            read: the stories.
            unit: see `Tokenizer`.
            batch_size, seed: of the training batches.

        Raises:
            InputError: on a part without a question.
        """

        def write(partial: Path) -> dict[str, Any]:
            text = Text.of(read.parts["train"], unit)
            sizes = {part: _write(partial, part, read.parts[part], text) for part in PARTS}
            save_text(partial, text)
            return {
                "description": read.description,
                "text": {"unit": unit},
                "sizes": sizes | {"words": len(text), "answers": len(text.answers)},
            }

        return cls(ready(folder, write), batch_size, seed)

    def plan(self, epoch: int) -> list[Batch]:
        """The training batches of an epoch, stories of like length together."""
        planned = plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)
        return [Batch(rows, epoch < self.linear_epochs) for rows in planned]

    def shard(self, planned: list, index: int, count: int) -> tuple[list, list[bool]]:
        """One worker's part of a plan; see `Prepared.shard`."""
        rows, real = super().shard([each.rows for each in planned], index, count)
        made = [each._replace(rows=some) for each, some in zip(planned, rows, strict=True)]
        return made, real

    def batches(self, planned: list[Batch]) -> "tf.data.Dataset":
        """Batches of stories, questions, answers; see `arrays`."""
        return batches(
            lambda: (self.arrays(each) for each in planned),
            ((None, None, None), "int32"),
            ((None, None), "int32"),
            ((None,), "int32"),
            ((), "bool"),
        )

    def arrays(self, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A training batch.

        Returns:
            stories int32 (batch, sentences, words), the latest first, and questions int32 (batch, words), 0
            on the right; classes int32 (batch,); whether the network is linear yet, bool ().
        """
        found = self.encoded["train"].rows(batch.rows, 1)
        # Words that no row has are left out: (batch, sentences, words).
        width = int((found[STORY] != 0).any(axis=(0, 1)).sum())
        story = found[STORY][:, :, :width]
        return story, found[QUESTION], found[TARGET], np.array(batch.linear)

    def stories(self, part: str) -> list[Story]:
        """The questions of a part, as they came."""
        return [Story(tuple(told), *rest) for told, *rest in kept(self.folder, part)]

    def pairs(self, part: str) -> list[Pair]:
        """Ids of a part's stories and questions."""
        return [
            (self.text.story(story.sentences), self.text.question(story.question))
            for story in self.stories(part)
        ]

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    @functools.cached_property
    def constant(self) -> str:
        """The most frequent answer of the training part."""
        return naive.most_frequent(self.stories("train"))

    def naive_answers(self, part: str) -> list[Naive]:
        """What the naive answers score on a part."""
        return naive.answers(self.stories(part), self.constant, self.text)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write words, answers and the naive answer beside the network."""
        save_text(folder, self.text)
        write_lines(folder / naive.FILE, [self.constant])


def save_text(folder: Path, text: Text) -> None:
    """Write words and answers, an id a line."""
    text.vocabulary.save(folder / WORDS)
    write_lines(folder / ANSWERS, text.answers)


def load_text(folder: Path, unit: str) -> Text:
    """What `save_text` wrote into a folder.

    Raises:
        InputError: if it is not there.
    """
    return Text(Vocabulary.load(folder / WORDS), read_lines(folder / ANSWERS), unit)


def _write(folder: Path, part: str, stories: Sequence[Story], text: Text) -> int:
    """Write a part: its questions as they came, and ids. Returns their number."""
    count = keep(folder, part, stories)
    encoded = [text.story(story.sentences) for story in stories]
    width = max(each.shape[1] for each in encoded)
    rows = (
        {
            STORY: np.pad(ids, ((0, 0), (0, width - ids.shape[1]))),
            QUESTION: text.question(story.question),
            TARGET: np.int32(text.places.get(story.answer, -1)),
        }
        for story, ids in zip(stories, encoded, strict=True)
    )
    Encoded.write(folder / part, rows, STORY)
    unknown = sum(story.answer not in text.places for story in stories)
    if unknown:
        told = f"{unknown:,} of {count:,} {part} questions have an answer that no training question has"
        print(told, flush=True)
    return count
