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
from seqzoo.datasets.own import check_no_reading, own_splits
from seqzoo.datasets.reading.cells import usable
from seqzoo.datasets.reading.measured import tell
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences.opened import open_tagged, open_words
from seqzoo.datasets.splits import without
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.errors import InputError
from seqzoo.tasks.tagging.cuts import runs


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

Opener = Callable[[Path, Form], Sequences]


class Entities:
    """Opens files of an entity tagger, all of one unit.

    Args:
        unit: what a token is; None: what the first file shows.

    Attributes:
        unit: that.
    """

    def __init__(self, unit: str | None):
        self.unit = unit

    def __call__(self, path: Path, asked: Form) -> Sequences:
        """Open a file.

        Raises:
            InputError: if it is of no known form.
        """
        file = open_tagged(path, asked, self.unit, runs)
        self.unit = self.unit or file.unit
        return file


def load_words(config: Any) -> Splits:
    """The three parts that the settings of a segmentation recipe describe; see `load`."""
    corpus = opened(SEGMENTATION, config) if config.data is None else None
    return load(config, corpus, open_words)


def load_entities(config: Any) -> tuple[Splits, str]:
    """The three parts that the settings of an entity recipe describe, and what a token of them is.

    Args:
        config: `EntitySettings`: those of `load`, and dataset, scheme and unit.

    Raises:
        InputError: see `load`; if the corpus has other tokens than the settings' unit.
    """
    if config.data is not None:
        entities = Entities(config.unit)
        splits = load(config, None, entities)
        assert entities.unit is not None  # a file was opened
        return splits, entities.unit
    corpus = opened(ENTITIES, config)
    if corpus.unit is not None:
        check_unit(config, corpus.unit)
    unit = corpus.unit or config.unit or "character"
    return load(config, corpus, Entities(unit)), unit


def check_unit(config: Any, unit: str) -> None:
    """Refuse settings of another unit than a corpus' tokens.

    Args:
        config: `EntitySettings`: dataset and unit.
        unit: of the corpus' tokens.

    Raises:
        InputError: naming both units.
    """
    if config.unit not in (None, unit):
        raise InputError(
            f"--dataset {config.dataset}: expected --unit {unit}; got {config.unit}"
        )


def load(config: Any, corpus: Corpus | None, open_one: Opener) -> Splits:
    """The three parts that a recipe's settings describe.

    With `test_data`, a file to measure on, training texts that also stand in that file are left out.

    Args:
        config: `Settings`: data, test_data, those of `Form`, seed, validation, test, limit.
        corpus: what `config.dataset` names; None: `config.data` is read instead.
        open_one: opens a file of the user's own.

    Raises:
        InputError: on a dataset beside a file, or files that cannot be read.
    """
    if corpus is None:
        check_source(config)
        files = {} if config.test_data is None else {"test": Path(config.test_data)}
        return own_splits(config, open_one, iter, files=files)
    if config.test_data is None:
        check_no_reading(config)
    else:
        parts = {**corpus.parts, "test": _measured_on(config, open_one)}
        for part in ("train", "validation"):
            if part in parts:
                parts[part] = _told(without(parts[part], parts["test"]), parts[part], part)
        about = f"{corpus.description}; measured on {Path(config.test_data).name}"
        corpus = Corpus(parts, about, corpus.unit)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _told(
    left: Callable[[], Iterator[Any]], whole: Callable[[], Iterator[Any]], part: str
) -> Callable[[], Iterator[Any]]:
    """A stream that first tells, once, how many of the whole are not in it."""
    count: list[int] = []

    def stream() -> Iterator[Any]:
        if not count:
            count.append(sum(1 for _ in whole()) - sum(1 for _ in left()))
            if count[0]:
                print(
                    f"note: left out {count[0]:,} {part} examples whose texts also stand in the test part",
                    flush=True,
                )
        return left()

    return stream


def _measured_on(config: Any, open_one: Opener) -> Callable[[], Iterator[Any]]:
    """The sequences of the file to measure on; it is opened now: what is wrong must not show at the end."""
    asked, path = Form.of(config), Path(config.test_data)
    file = open_one(path, asked)
    print(f"{path}: {file.found}", flush=True)
    next(_usable(file, asked), None)
    return lambda: _usable(file, asked)


def _usable(file: Sequences, asked: Form) -> Iterator[Tagged]:
    return usable(iter(file), file.name, asked.skip_bad_rows)


def read_to_measure(path: Path, asked: Form, open_one: Opener) -> Iterator[Tagged]:
    """The sequences of a file, or of the test part of a folder; what was found is told on standard error.

    Raises:
        InputError: if a file is of no known form, or the folder has no test part.
    """

    def read(file: Path) -> Iterator[Tagged]:
        sequences = open_one(file, asked)
        if sequences.remarkable:
            tell(f"{file}: {sequences.found}")
        return usable(iter(sequences), str(file), asked.skip_bad_rows, tell)

    if not path.is_dir():
        return read(path)
    parts = own(path, read, "train.*").parts
    if "test" not in parts:
        raise InputError(
            f"{path}: expected a test part (test or eval); it has {', '.join(parts)}"
        )
    return parts["test"]()
