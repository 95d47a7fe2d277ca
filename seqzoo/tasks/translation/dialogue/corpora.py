"""The corpora of dialogues, and a user's own, as pairs of turns and the answer to them."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets import (
    Corpus,
    Splits,
    check_source,
    declared,
    dialogue,
    opened,
    own,
    split,
)
from seqzoo.datasets.corpus import PARTS, check_idle_shares
from seqzoo.datasets.dialogue import Dialogue, Reply
from seqzoo.tasks.translation.swapped import swapped

Read = Callable[[], Iterator[Dialogue]]


def _toy(language: str, name: str) -> Corpus:
    read = functools.partial(dialogue.chatterbot, language)
    about = f"{name} (chatterbot-corpus 1.3.3), a toy: too few to learn to talk from"
    return Corpus({"train": read}, about)


CORPORA = declared(
    "dialogue",
    {
        "chatterbot-corpus": lambda: _toy("english", "small talk in English"),
        "chatterbot-chinese": lambda: _toy("chinese", "small talk in Chinese"),
    },
)


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe, as `Reply`.

    Dialogues that stand in several parts of a user's folder stay; a line says how many.

    Args:
        config: `Settings`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files that cannot be read.
    """
    if config.data is None:
        corpus = opened(CORPORA, config)
    else:
        check_source(config)
        corpus = _own(config)
    parts = {part: _replies(read, config.context) for part, read in corpus.parts.items()}
    splits = split(
        Corpus(parts, corpus.description),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
    return swapped(splits) if config.swap else splits


def _own(config: Any) -> Corpus:
    """A user's file or folder; what repeats in it is printed."""
    read = functools.partial(dialogue.read, encoding=config.encoding)
    corpus = own(Path(config.data), read, dialogue.EXPECTED)
    check_idle_shares(config, corpus.parts)
    every = {part: list(corpus.parts[part]()) for part in PARTS if part in corpus.parts}
    for line in dialogue.repeats(every):
        print(line, flush=True)
    return corpus


def _replies(read: Read, context: int) -> Callable[[], Iterator[Reply]]:
    return lambda: dialogue.replies(read(), context)
