"""Corpora that are small enough to be read whole, part by part: sounds, drawings, pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from seqzoo.datasets.corpus import check_idle_shares, check_source, opened

T = TypeVar("T")


class Read(NamedTuple, Generic[T]):
    """Examples of each part that there is, and what they are in a line."""

    parts: dict[str, list[T]]
    description: str


def read_whole(
    corpora: Mapping[str, Callable], config: Any, read: Callable[[Path], dict[str, list[T]]]
) -> Read[T]:
    """The examples that a recipe's settings describe.

    Args:
        corpora: see `opened`.
        config: settings: dataset, data, validation, test.
        read: a user's file or folder -> part -> examples.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a share of a part that there is, or a file
            that cannot be read.
    """
    if config.data is None:
        corpus = opened(corpora, config)
        found = {part: list(stream()) for part, stream in corpus.parts.items()}
        description = corpus.description
    else:
        check_source(config)
        path = Path(config.data)
        found, description = read(path), path.name
    check_idle_shares(config, [part for part in found if part != "train"])
    return Read(found, description)
