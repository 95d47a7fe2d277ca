"""The pictures: made, emoji, characters of kanjivg, or a user's own."""

from pathlib import Path
from typing import Any

from seqzoo.datasets import Corpus, declared
from seqzoo.datasets.pictures import characters, emoji, made
from seqzoo.datasets.pictures.picture import Picture
from seqzoo.datasets.pictures.reading import alone, read
from seqzoo.datasets.whole import Read, read_whole
from seqzoo.errors import InputError

MADE, MADE_NAME = 1200, "made-shapes"


def _made() -> Corpus:
    pictures = made.made_pictures(MADE, seed=0)
    description = f"{MADE} pictures of one or two coloured shapes, made by a program"
    return Corpus({"train": lambda: iter(pictures)}, description)


def _emoji(config: Any) -> Corpus:
    description = (
        f"3,944 emoji with their names, language {config.language} ({emoji.TERMS})"
    )
    return Corpus({"train": lambda: iter(emoji.emoji(config.language))}, description)


def _characters() -> Corpus:
    description = f"6,703 characters with their structure ({characters.TERMS})"
    return Corpus({"train": lambda: iter(characters.characters())}, description)


CORPORA = declared("captions", {MADE_NAME: _made, "emoji": _emoji, "hanzi": _characters})


def load(config: Any) -> Read[Picture]:
    """The pictures that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, language, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    return read_whole(CORPORA, config, read)


def to_measure(path: Path) -> list[Picture]:
    """A user's pictures to measure on: the test part, or all where there are no parts.

    Raises:
        InputError: see `read`.
    """
    parts = read(path)
    return parts.get("test") or parts["train"]


def every(path: Path) -> list[Picture]:
    """A user's pictures of all parts; those of a file or a folder of pictures alone have no captions.

    Raises:
        InputError: see `read`; or if there is none.
    """
    try:
        return [each for part in read(path).values() for each in part]
    except InputError:
        if found := alone(path):
            return found
        raise
