"""The stories: made ones, or a user's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets import Corpus, check_source, declared, opened, split
from seqzoo.datasets.corpus import check_idle_shares
from seqzoo.datasets.stories import made
from seqzoo.datasets.stories.reading import read
from seqzoo.datasets.stories.story import Story
from seqzoo.datasets.whole import Read
from seqzoo.layers import CELLS
from seqzoo.models.choices import SENTENCES as SUMS

MADE_NAME = "small-worlds"
SENTENCES = (*SUMS, *CELLS)


def names_of(tasks: str | None) -> tuple[str, ...]:
    """The kinds that a setting names: `1,2` and `qa1, qa2` are both qa1 and qa2; None: ()."""
    names = [each.strip() for each in (tasks or "").split(",")]
    return tuple(f"qa{each}" if each.isdecimal() else each for each in names if each)


def _made(config: Any) -> Corpus:
    tasks = names_of(config.tasks)

    def stream() -> Iterator[Story]:
        return made.made_stories(config.questions, 0, tasks)

    count = len(tasks or made.TASKS)
    every = f"{config.questions * count:,} questions of {count} kinds"
    description = f"{every} about small worlds, made by a program"
    return Corpus({"train": stream}, description)


CORPORA = declared("stories", {MADE_NAME: _made})


def load(config: Any) -> Read[Story]:
    """The stories that a recipe's settings describe, in three parts.

    Args:
        config: `Settings`: dataset, data, tasks, seed, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    if config.data is None:
        corpus = opened(CORPORA, config)
    else:
        check_source(config)
        path = Path(config.data)
        found = read(path, names_of(config.tasks))
        parts = {part: _repeated(stories) for part, stories in found.items()}
        corpus = Corpus(parts, path.name)
    check_idle_shares(config, [part for part in corpus.parts if part != "train"])
    shares = {"validation": config.validation, "test": config.test}
    splits = split(corpus, seed=config.seed, limit=None, **shares)
    parts = {
        "train": list(splits.train()),
        "validation": list(splits.validation()),
        "test": list(splits.test()),
    }
    return Read(parts, splits.description)


def _repeated(stories: list[Story]) -> Any:
    return lambda: iter(stories)


def to_measure(path: Path, tasks: str | None) -> list[Story]:
    """A user's stories to measure on: the test part, or all where there are no parts.

    Raises:
        InputError: see `read`.
    """
    parts = read(path, names_of(tasks))
    return parts.get("test") or parts["train"]
