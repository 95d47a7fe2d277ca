"""The corpora of tagged sequences, and a user's own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets import (
    Corpus,
    Splits,
    check_source,
    conll,
    declared,
    opened,
    own,
    peoples_daily,
    split,
)
from seqzoo.datasets.splits import without
from seqzoo.datasets.tagged import Tagged, read_entities
from seqzoo.errors import InputError


def _of(unit: str, read: Callable[..., Corpus]) -> Callable[..., Corpus]:
    """A corpus whose tokens are of one unit: other settings are refused before it is opened."""

    def opened_of(config: Any) -> Corpus:
        check_unit(config, unit)
        return read(config)

    return opened_of


SEGMENTATION = declared("segmentation", {"peoples-daily": peoples_daily.words})
ENTITIES = declared(
    "entities",
    {
        "peoples-daily": _of("character", lambda config: peoples_daily.entities()),
        "conll2003": _of("word", lambda config: conll.conll2003()),
        "wikiann": _of("word", lambda config: conll.wikiann(config.language)),
    },
)

Reader = Callable[[Path], Iterator[Tagged]]


def load_entities(config: Any) -> Splits:
    """The three parts that the settings of an entity recipe describe.

    Args:
        config: `EntitySettings`: those of `load`, and dataset, scheme and unit.

    Raises:
        InputError: see `load`; if the corpus has other tokens than the settings' unit.
    """
    corpus = None if config.data is not None else opened(ENTITIES, config)
    if corpus is not None and corpus.unit is not None:
        check_unit(config, corpus.unit)
    return load(
        config, corpus, lambda path: read_entities(path, config.scheme, config.unit)
    )


def check_unit(config: Any, unit: str) -> None:
    """Refuse settings of another unit than a corpus' tokens.

    Args:
        config: `EntitySettings`: dataset and unit.
        unit: of the corpus' tokens.

    Raises:
        InputError: naming both units.
    """
    if config.unit != unit:
        raise InputError(
            f"--dataset {config.dataset}: expected --unit {unit}; got {config.unit}"
        )


def load(config: Any, corpus: Corpus | None, read: Reader) -> Splits:
    """The three parts that a recipe's settings describe.

    With `test_data`, a file to measure on, training texts that also stand in that file are left out.

    Args:
        config: `Settings`: data, test_data, seed, validation, test, limit.
        corpus: what `config.dataset` names; None: `config.data` is read instead.
        read: reads a file of the user's own.

    Raises:
        InputError: on a dataset beside a file, or files that cannot be read.
    """
    if corpus is None:
        check_source(config)
        corpus = own(Path(config.data), read, "train.*")
    if config.test_data is not None:
        corpus = _measured_on(corpus, Path(config.test_data), read)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _measured_on(corpus: Corpus, test_data: Path, read: Reader) -> Corpus:
    """The corpus with a file as its test part."""
    # A file that can't be read must not come to light at the end of the training.
    next(iter(read(test_data)), None)
    parts = {**corpus.parts, "test": lambda: read(test_data)}
    for part in ("train", "validation"):
        if part in parts:
            parts[part] = without(parts[part], parts["test"])
    description = f"{corpus.description}; measured on {test_data.name}"
    return Corpus(parts, description, corpus.unit)
